"""Load and lock products."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound, StaleVersion
from marketplace.products.models import Product


def lock_products(product_ids: Iterable[UUID]) -> dict[UUID, Product]:
    """The stock rows, locked in the order of their ids; absent ones are left out."""
    # In id order (core.db): two orders for the same products wait for each other instead of
    # deadlocking. NO KEY: rows that merely point to the product need not wait.
    rows = (
        Product.objects.select_for_update(no_key=True)
        .filter(id__in=set(product_ids))
        .order_by("id")
    )
    return {product.id: product for product in rows}


def lock_own_product(
    *, product_id: UUID, actor: Actor, expected_version: int | None = None
) -> Product:
    """The actor's own product, locked. Raises ``NotFound`` for anybody else's, and ``StaleVersion``
    when the caller acted on another version than the present one."""
    product = (
        Product.objects.select_for_update(no_key=True)
        .filter(id=product_id, seller_id=actor.user_id, deleted_at__isnull=True)
        .first()
    )
    if product is None:
        raise NotFound("product")
    _check_version(product, expected_version)
    return product


def lock_any_product(*, product_id: UUID, expected_version: int | None = None) -> Product:
    """Any product that is not deleted, locked: for operators."""
    product = (
        Product.objects.select_for_update(no_key=True)
        .filter(id=product_id, deleted_at__isnull=True)
        .first()
    )
    if product is None:
        raise NotFound("product")
    _check_version(product, expected_version)
    return product


def _check_version(product: Product, expected_version: int | None) -> None:
    if expected_version is not None and expected_version != product.version:
        raise StaleVersion(expected=expected_version, actual=product.version)
