from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from marketplace.core.actor import Actor
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.uploads import check_quota
from marketplace.products import pictures
from marketplace.products.errors import TooManyImages
from marketplace.products.events import ProductUpdated
from marketplace.products.models import Product
from marketplace.products.repositories.products import lock_own_product, snapshot_of
from marketplace.products.snapshots import ProductSnapshot

MAX_IMAGES = 10


def add_image(
    *, product_id: UUID, actor: Actor, data: bytes, expected_version: int | None = None
) -> ProductSnapshot:
    """Append a picture to the actor's own product, as our own two WebP files.

    Decoding and storing happen before the transaction: a slow picture holds no lock. A crash
    between leaves files that nothing points to, never a row without its file.
    Raises ``NotFound``, ``TooManyImages``, ``UploadQuotaUsedUp``, ``ImageRefused``,
    ``UploadsBusy``, ``StaleVersion``.
    """
    forbid_transaction("Decoding a picture")
    seller_id = _check_before_work(product_id, actor)
    check_quota(user_id=seller_id, size_bytes=len(data))
    image = _store(product_id, pictures.render_picture(data))
    try:
        return _append(
            product_id=product_id, actor=actor, image=image, expected_version=expected_version
        )
    except Exception:
        delete_files(image)
        raise


def _check_before_work(product_id: UUID, actor: Actor) -> UUID:
    """Refuse early what would be refused anyway; the transaction checks again under the lock."""
    row = (
        Product.objects.filter(id=product_id, seller_id=actor.user_id, deleted_at__isnull=True)
        .values_list("seller_id", "images")
        .first()
    )
    if row is None:
        raise NotFound("product")
    seller_id, images = row
    if len(images) >= MAX_IMAGES:
        raise TooManyImages(f"At most {MAX_IMAGES} images; remove one first.")
    return UUID(str(seller_id))


def _store(product_id: UUID, renditions: pictures.Renditions) -> dict[str, Any]:
    image_id = new_id()
    image: dict[str, Any] = {"id": str(image_id)}
    for size, rendition in (("full", renditions.full), ("thumbnail", renditions.thumbnail)):
        name = f"products/{product_id}/{image_id}-{size}{pictures.SUFFIX}"
        stored = default_storage.save(name, ContentFile(rendition.content))
        image[size] = {"name": stored, "width": rendition.width, "height": rendition.height}
    return image


@opens_transaction
def _append(
    *, product_id: UUID, actor: Actor, image: dict[str, Any], expected_version: int | None
) -> ProductSnapshot:
    product = lock_own_product(
        product_id=product_id, actor=actor, expected_version=expected_version
    )
    if len(product.images) >= MAX_IMAGES:
        raise TooManyImages(f"At most {MAX_IMAGES} images; remove one first.")
    product.images = [*product.images, image]
    product.save_edit("images")
    record(
        ProductUpdated(product_id=product.id, seller_id=product.seller_id, version=product.version),
        key=product.id,
    )
    return snapshot_of(product)


def delete_files(image: dict[str, Any]) -> None:
    for size in ("full", "thumbnail"):
        default_storage.delete(image[size]["name"])
