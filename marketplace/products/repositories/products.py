"""Load and lock products."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound, StaleVersion
from marketplace.core.money import Money
from marketplace.products.models import Product
from marketplace.products.rendering import render_categories, render_images
from marketplace.products.repositories.categories import CategoryTree
from marketplace.products.snapshots import ProductSnapshot


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


def own_categories(product_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The categories each product was put in, without their ancestors. One query."""
    links = Product.categories.through.objects.filter(product_id__in=list(product_ids))
    own: dict[UUID, list[UUID]] = defaultdict(list)
    for product_id, category_id in links.values_list("product_id", "category_id"):
        own[product_id].append(category_id)
    return own


def snapshots_of(products: Sequence[Product]) -> list[ProductSnapshot]:
    """Two queries, whatever their number."""
    own = own_categories(product.id for product in products)
    tree = CategoryTree.load()
    return [_snapshot(product, own[product.id], tree) for product in products]


def snapshot_of(product: Product) -> ProductSnapshot:
    return snapshots_of([product])[0]


def _snapshot(product: Product, own: Sequence[UUID], tree: CategoryTree) -> ProductSnapshot:
    compare = product.compare_price_minor
    return ProductSnapshot(
        id=product.id,
        seller_id=product.seller_id,
        title=product.title,
        description=product.description,
        price=product.price,
        compare_price=None if compare is None else Money(compare, product.currency),
        categories=tuple(render_categories(tree, own)),
        images=tuple(render_images(product.images)),
        specifications=product.specifications,
        inventory_count=product.inventory_count,
        is_featured=product.is_featured,
        status=product.status,
        review_reason=product.review_reason,
        version=product.version,
        published_at=product.published_at,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )
