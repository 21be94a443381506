from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id

MAX_DEPTH = 6
"""Levels of the tree, the root's included; the trigger of its table knows the same number."""


class Category(models.Model):
    """A shelf of the shop; shelves form a tree.

    Invariants, kept by the database: no category is its own ancestor (trigger
    ``products_category_tree``, which serialises changes of the tree), a branch is at most
    ``MAX_DEPTH`` levels long, slugs are unique, siblings have different names.
    A category that is not active hides itself and everything below it from the public tree;
    products keep it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=120)
    description = models.TextField(max_length=2000, blank=True, default="")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    image = models.CharField(max_length=500, blank=True, default="")
    """Name in the media storage, or an absolute address."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "products_category"
        verbose_name_plural = "categories"
        constraints = (
            models.UniqueConstraint(fields=["slug"], name="products_category_slug_once"),
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="products_category_name_once_per_parent",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=~Q(name=""), name="products_category_name_given"),
        )

    def __str__(self) -> str:
        return self.name
