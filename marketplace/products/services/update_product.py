from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.products.events import ProductUpdated
from marketplace.products.listing import ListingChanges, apply_changes, known_categories
from marketplace.products.repositories.products import lock_own_product, snapshot_of
from marketplace.products.snapshots import ProductSnapshot

FIELDS = (
    "title",
    "description",
    "price_minor",
    "compare_price_minor",
    "currency",
    "specifications",
    "inventory_count",
)


@opens_transaction
def update_product(
    *, product_id: UUID, actor: Actor, changes: ListingChanges, expected_version: int | None = None
) -> ProductSnapshot:
    """Set the given fields of the actor's own product, in any status.

    Orders reserve stock under the same row lock, so a reservation is never lost: the new
    ``inventory_count`` is what is for sale besides what orders hold.
    Raises ``NotFound``, ``StaleVersion``, ``InvalidInput``, ``InvalidMoney``, ``UnknownCategory``.
    """
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    apply_changes(product, changes)
    if "category_ids" in changes:
        product.categories.set(known_categories(changes["category_ids"]))
    product.save_edit(*FIELDS)
    record(
        ProductUpdated(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
    return snapshot_of(product)
