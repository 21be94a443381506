from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.products.events import ProductCreated
from marketplace.products.listing import ListingChanges, apply_changes, known_categories
from marketplace.products.models import Product
from marketplace.products.policies import require_seller
from marketplace.products.repositories.products import snapshot_of
from marketplace.products.snapshots import ProductSnapshot

REQUIRED = ("title", "price", "currency")


@opens_transaction
def create_product(*, actor: Actor, listing: ListingChanges) -> ProductSnapshot:
    """A new DRAFT of the actor's; nobody else sees it before it is published.

    Raises ``NotASeller``, ``InvalidInput`` and ``InvalidMoney`` naming the field,
    ``UnknownCategory``.
    """
    seller_id = require_seller(actor)
    if missing := [name for name in REQUIRED if name not in listing]:
        raise InvalidInput(fields={name: ["This field is required."] for name in missing})
    product = Product(seller_id=seller_id, currency=listing["currency"])
    apply_changes(product, listing)
    categories = known_categories(listing.get("category_ids", ()))
    product.save(force_insert=True)
    product.categories.set(categories)
    record(ProductCreated(product_id=product.id, seller_id=product.seller_id), key=product.id)
    return snapshot_of(product)
