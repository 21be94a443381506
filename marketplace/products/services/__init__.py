"""What may be done to products. One command per file."""

from marketplace.products.errors import (
    ImageRefused,
    OutOfStock,
    ProductNotAvailable,
    ProductTransitionRefused,
    ReservationNotHeld,
    StockAlreadyReserved,
    TooManyImages,
)
from marketplace.products.listing import ListingChanges
from marketplace.products.services.add_image import add_image
from marketplace.products.services.approve_product import approve_product
from marketplace.products.services.consume_reservation import consume_reservation
from marketplace.products.services.create_product import create_product
from marketplace.products.services.deactivate_product import deactivate_product
from marketplace.products.services.delete_product import delete_product
from marketplace.products.services.feature_product import feature_product
from marketplace.products.services.order_images import order_images
from marketplace.products.services.publish_product import publish_product
from marketplace.products.services.rebuild_catalogue import rebuild_catalogue
from marketplace.products.services.reject_product import reject_product
from marketplace.products.services.release_reservation import release_reservation
from marketplace.products.services.remove_image import remove_image
from marketplace.products.services.reserve_stock import reserve_stock
from marketplace.products.services.save_category import CategoryFields, save_category
from marketplace.products.services.update_product import update_product
from marketplace.products.snapshots import ProductSnapshot, StockLine

__all__ = [
    "CategoryFields",
    "ImageRefused",
    "ListingChanges",
    "OutOfStock",
    "ProductNotAvailable",
    "ProductSnapshot",
    "ProductTransitionRefused",
    "ReservationNotHeld",
    "StockAlreadyReserved",
    "StockLine",
    "TooManyImages",
    "add_image",
    "approve_product",
    "consume_reservation",
    "create_product",
    "deactivate_product",
    "delete_product",
    "feature_product",
    "order_images",
    "publish_product",
    "rebuild_catalogue",
    "reject_product",
    "release_reservation",
    "remove_image",
    "reserve_stock",
    "save_category",
    "update_product",
]
