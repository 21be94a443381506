from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class CatalogueEntry(models.Model):
    """The read model of the public catalogue: one row per product that anybody may see.

    Kept by ``marketplace.products.handlers`` and rebuilt by ``manage.py rebuild_catalogue``; both
    write it through ``repositories.catalogue`` alone. Nothing may be decided from it: stock and
    price lag behind by the moments an event takes.

    ``card`` and ``detail`` are the finished JSON of the list and of the detail page, so that a
    request copies text instead of building objects.
    """

    product_id = models.UUIDField(primary_key=True)
    seller_id = models.UUIDField()
    title = models.CharField(max_length=200)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    category_ids = ArrayField(models.UUIDField())
    """The product's categories and all their ancestors: one test finds a whole branch."""
    is_in_stock = models.BooleanField()
    is_featured = models.BooleanField()
    version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    card = models.TextField()
    detail = models.TextField()
    search = SearchVectorField()
    """Title (A), categories and specifications (B), seller (C), description (D)."""

    class Meta:
        db_table = "products_catalogue_entry"
        verbose_name_plural = "catalogue entries"
        indexes = (
            # One per ordering; `product_id` makes ties stable.
            models.Index(fields=["created_at", "product_id"], name="products_cat_newest"),
            models.Index(
                fields=["currency", "price_minor", "product_id"], name="products_cat_price"
            ),
            models.Index(
                fields=["seller_id", "created_at", "product_id"], name="products_cat_seller"
            ),
            models.Index(
                fields=["created_at", "product_id"],
                name="products_cat_featured",
                condition=Q(is_featured=True),
            ),
            GinIndex(fields=["category_ids"], name="products_cat_categories"),
            GinIndex(fields=["search"], name="products_cat_search"),
        )

    def __str__(self) -> str:
        return self.title
