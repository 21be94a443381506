from collections.abc import Sequence
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.events import record
from marketplace.products.events import ProductUpdated
from marketplace.products.repositories.products import lock_own_product, snapshot_of
from marketplace.products.snapshots import ProductSnapshot


@opens_transaction
def order_images(
    *,
    product_id: UUID,
    actor: Actor,
    image_ids: Sequence[UUID],
    expected_version: int | None = None,
) -> ProductSnapshot:
    """Put the pictures in this order; the first one is the listing's face.

    Raises ``NotFound``, ``StaleVersion``, ``InvalidInput`` unless every picture is named once.
    """
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    images = {image["id"]: image for image in product.images}
    wanted = [str(image_id) for image_id in image_ids]
    if sorted(wanted) != sorted(images):
        text = "Name every image of the product exactly once."
        raise InvalidInput(text, fields={"image_ids": [text]})
    product.images = [images[image_id] for image_id in wanted]
    product.save_edit("images")
    record(
        ProductUpdated(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
    return snapshot_of(product)
