from functools import partial
from uuid import UUID

from django.db import transaction

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.products.events import ProductUpdated
from marketplace.products.models import StockReservation
from marketplace.products.repositories.products import lock_own_product, snapshot_of
from marketplace.products.services.add_image import delete_files
from marketplace.products.snapshots import ProductSnapshot


@opens_transaction
def remove_image(
    *, product_id: UUID, image_id: UUID, actor: Actor, expected_version: int | None = None
) -> ProductSnapshot:
    """Take a picture off the actor's own product.

    Its files go too, unless the product was ever ordered: those orders still show it.
    Raises ``NotFound``, ``StaleVersion``.
    """
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    removed = [image for image in product.images if image["id"] == str(image_id)]
    if not removed:
        raise NotFound("image")
    product.images = [image for image in product.images if image not in removed]
    product.save_edit("images")
    record(
        ProductUpdated(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
    if not StockReservation.objects.filter(product_id=product.id).exists():
        transaction.on_commit(partial(delete_files, removed[0]))
    return snapshot_of(product)
