"""What sellers wrote about their goods."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from marketplace.core import clock
from marketplace.core.events import record
from marketplace.core.privacy import (
    ExportedFile,
    PersonalData,
    excuse_model,
    register_personal_data,
)
from marketplace.products.events import ProductDeleted
from marketplace.products.models import CatalogueEntry, Product, ProductStatus
from marketplace.products.repositories import catalogue
from marketplace.products.services.add_image import delete_files

LISTING = (
    "id",
    "title",
    "description",
    "specifications",
    "price_minor",
    "currency",
    "status",
    "review_reason",
    "created_at",
    "deleted_at",
)
REMOVED_TITLE = "Removed listing"


def _listings(user_id: UUID) -> list[dict[str, Any]]:
    rows = Product.objects.filter(seller_id=user_id).order_by("-created_at", "-id")
    return list(rows.values(*LISTING))


def _pictures(user_id: UUID) -> Iterator[ExportedFile]:
    for images in Product.objects.filter(seller_id=user_id).values_list("images", flat=True):
        for image in images:
            name = image["full"]["name"]
            yield ExportedFile(name, partial(_read, name))


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content


def _remove_listings(user_id: UUID) -> int:
    """Take everything off sale and blank the words and pictures; the rows stay for their orders."""
    now = clock.now()
    products = Product.objects.filter(seller_id=user_id).exclude(title=REMOVED_TITLE)
    removed = 0
    for product in products.select_for_update().order_by("id"):
        for image in product.images:
            transaction.on_commit(partial(delete_files, image))
        product.title, product.description, product.review_reason = REMOVED_TITLE, "", ""
        product.images, product.specifications = [], {}
        product.status, product.is_featured = ProductStatus.INACTIVE, False
        product.deleted_at = product.deleted_at or now
        product.save_edit(
            "title",
            "description",
            "review_reason",
            "images",
            "specifications",
            "status",
            "is_featured",
            "deleted_at",
        )
        record(
            ProductDeleted(product_id=product.id, seller_id=user_id, version=product.version),
            key=product.id,
        )
        removed += 1
    CatalogueEntry.objects.filter(seller_id=user_id).delete()
    if removed:
        # The search learnt words from the listings, the seller's name among them.
        catalogue.forget_words()
    return removed


register_personal_data(
    PersonalData(
        name="products.listings",
        title="Listings",
        why="To offer what you sell.",
        kept="As long as the account is open.",
        models=("products.Product",),
        export=_listings,
        erase=_remove_listings,
        files=_pictures,
    )
)
excuse_model("products.CatalogueEntry", "The read model of listings; it goes with them.")
excuse_model("products.Category", "The platform's own names.")
