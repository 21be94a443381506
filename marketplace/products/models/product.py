from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import MAX_AMOUNT_MINOR, Money
from marketplace.products.errors import ProductTransitionRefused
from marketplace.products.models.category import Category

MAX_INVENTORY = 1_000_000


class ProductStatus(models.TextChoices):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    UNDER_REVIEW = "UNDER_REVIEW"
    INACTIVE = "INACTIVE"


def _json_type_is(field: str, json_type: str) -> Q:
    kind = Func(F(field), function="jsonb_typeof", output_field=models.TextField())
    return Q(models.lookups.Exact(kind, Value(json_type)))


class Product(models.Model):
    """What a seller offers.

    Invariants: the price is positive and a compare price is never below it; ``inventory_count``
    is what can be sold now (reserved pieces are already taken off) and never negative; only a
    transition of ``TRANSITIONS`` changes ``status``. ``version`` counts edits by people: a sale
    takes stock without a new version, so that a seller's edit is not refused for it.
    A deleted product is INACTIVE with ``deleted_at`` set: its orders still point to it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=20_000, blank=True, default="")
    price_minor = models.BigIntegerField()
    compare_price_minor = models.BigIntegerField(null=True, blank=True)
    """What it cost before, or costs elsewhere: shown struck through."""
    currency = models.CharField(max_length=3)
    categories = models.ManyToManyField(
        Category, related_name="products", blank=True, db_table="products_product_category"
    )
    images = models.JSONField(default=list, blank=True)
    """In display order: ``{"id", "full": {"name", "width", "height"}, "thumbnail": {…}}``."""
    specifications = models.JSONField(default=dict, blank=True)
    """A flat object, such as ``{"Material": "oak"}``."""
    inventory_count = models.IntegerField(default=0)
    is_featured = models.BooleanField(default=False)
    """Chosen by an operator for the front page."""
    status = models.CharField(max_length=12, choices=ProductStatus, default=ProductStatus.DRAFT)
    review_reason = models.CharField(max_length=500, blank=True, default="")
    """Why the last review sent it back; empty otherwise."""
    version = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(null=True, blank=True)
    """When it first became ACTIVE."""
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    TRANSITIONS: ClassVar[dict[str, dict[str, str]]] = {
        "publish": {
            ProductStatus.DRAFT: ProductStatus.ACTIVE,
            ProductStatus.INACTIVE: ProductStatus.ACTIVE,
        },
        "submit": {
            ProductStatus.DRAFT: ProductStatus.UNDER_REVIEW,
            ProductStatus.INACTIVE: ProductStatus.UNDER_REVIEW,
        },
        "approve": {ProductStatus.UNDER_REVIEW: ProductStatus.ACTIVE},
        "reject": {ProductStatus.UNDER_REVIEW: ProductStatus.DRAFT},
        "deactivate": {
            ProductStatus.ACTIVE: ProductStatus.INACTIVE,
            ProductStatus.UNDER_REVIEW: ProductStatus.INACTIVE,
        },
        "delete": dict.fromkeys(ProductStatus, ProductStatus.INACTIVE),
    }
    """Every change of status there is: name → from → to."""

    class Meta:
        db_table = "products_product"
        permissions = (
            ("review_product", "Approve and reject listings"),
            ("feature_product", "Feature products on the front page"),
        )
        constraints = (
            models.CheckConstraint(condition=~Q(title=""), name="products_title_given"),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, price_minor__lte=MAX_AMOUNT_MINOR),
                name="products_price_positive",
            ),
            models.CheckConstraint(
                condition=Q(compare_price_minor__isnull=True)
                | Q(
                    compare_price_minor__gte=F("price_minor"),
                    compare_price_minor__lte=MAX_AMOUNT_MINOR,
                ),
                name="products_compare_price_not_below_price",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="products_currency_is_iso_code"
            ),
            models.CheckConstraint(
                condition=Q(inventory_count__gte=0, inventory_count__lte=MAX_INVENTORY),
                name="products_inventory_in_range",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ProductStatus.values), name="products_status_known"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(status=ProductStatus.INACTIVE),
                name="products_deleted_is_inactive",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="products_version_positive"),
            models.CheckConstraint(
                condition=_json_type_is("specifications", "object"),
                name="products_specifications_is_object",
            ),
            models.CheckConstraint(
                condition=_json_type_is("images", "array"), name="products_images_is_array"
            ),
        )
        indexes = (
            # A seller's own list, newest first.
            models.Index(fields=["seller", "-created_at", "-id"], name="products_of_seller"),
            models.Index(
                fields=["updated_at"],
                name="products_review_queue",
                condition=Q(status=ProductStatus.UNDER_REVIEW),
            ),
            models.Index(fields=["-created_at", "-id"], name="products_newest"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    def take(self, transition: str) -> None:
        """Move along ``TRANSITIONS``; raises :class:`ProductTransitionRefused` when forbidden."""
        target = self.TRANSITIONS[transition].get(self.status)
        if target is None or self.deleted_at is not None:
            raise ProductTransitionRefused(transition=transition, status=self.status)
        self.status = target
        if target == ProductStatus.ACTIVE and self.published_at is None:
            self.published_at = clock.now()

    def edited(self) -> None:
        """Every edit by a person ends here: the next version, the present time."""
        self.version += 1
        self.updated_at = clock.now()

    def save_edit(self, *names: str, **_: Any) -> None:
        """Write the named fields of an edit, with its version."""
        self.edited()
        self.save(update_fields=[*names, "version", "updated_at"])
