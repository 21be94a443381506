from collections.abc import Iterable
from uuid import UUID

from marketplace.core.money import Money
from marketplace.products.models import Product
from marketplace.products.repositories.categories import CategoryTree
from marketplace.products.repositories.images import thumbnail_url
from marketplace.products.repositories.products import own_categories
from marketplace.products.snapshots import PurchasableProduct


def get_purchasable(*, product_ids: Iterable[UUID]) -> dict[UUID, PurchasableProduct]:
    """Products as an order needs them, from the write model; unknown and deleted ones are absent.

    Drafts and inactive ones are there, with their ``status``, so that the caller can say why it
    refuses. Called after ``reserve_stock`` in the same transaction, price and status are those
    under the lock. Three queries, whatever the number of products.
    """
    ids = set(product_ids)
    rows = Product.objects.filter(id__in=ids, deleted_at__isnull=True).values(
        "id",
        "seller_id",
        "title",
        "price_minor",
        "currency",
        "status",
        "inventory_count",
        "images",
    )
    own = own_categories(ids)
    tree = CategoryTree.load()
    return {
        row["id"]: PurchasableProduct(
            id=row["id"],
            seller_id=row["seller_id"],
            title=row["title"],
            price=Money(row["price_minor"], row["currency"]),
            category_ids=tree.with_ancestors(own[row["id"]]),
            status=row["status"],
            inventory_count=row["inventory_count"],
            image_url=thumbnail_url(row["images"]),
        )
        for row in rows
    }
