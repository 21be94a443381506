"""Input of the product endpoints, and the shape of their answers for the documentation."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from marketplace.core.api import money_field
from marketplace.core.api.input import StrictSerializer
from marketplace.core.money import InvalidMoney, Money, exponent
from marketplace.products.listing import MAX_CATEGORIES
from marketplace.products.models import ProductStatus
from marketplace.products.models.product import MAX_INVENTORY
from marketplace.products.queries.categories import find_category
from marketplace.products.repositories.search import Filters, Ordering

MAX_PAGE_SIZE = 100
MAX_QUERY_LENGTH = 200


class ProductInputSerializer(StrictSerializer[dict[str, Any]]):
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    price = money_field()
    compare_price = money_field(
        required=False, allow_null=True, help_text="Shown struck through; not below the price."
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", help_text="ISO 4217, such as EUR.")
    category_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MAX_CATEGORIES
    )
    specifications = serializers.DictField(
        required=False,
        help_text="A flat object: texts, numbers, true or false, or lists of them.",
    )
    inventory_count = serializers.IntegerField(
        min_value=0,
        max_value=MAX_INVENTORY,
        required=False,
        help_text="Pieces for sale now, besides those that orders have reserved.",
    )


class ProductChangesSerializer(ProductInputSerializer):
    """The same fields, none of them required."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "partial": True})


class ApprovalSerializer(StrictSerializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=1000, help_text="For the audit log.")


class RejectionSerializer(StrictSerializer[dict[str, Any]]):
    reason = serializers.CharField(max_length=500, help_text="The seller reads it.")


class ImageUploadSerializer(StrictSerializer[dict[str, Any]]):
    image = serializers.FileField(
        allow_empty_file=True, help_text="JPEG, PNG or WebP; at most 10 MB and 40 megapixels."
    )


class ImageOrderSerializer(StrictSerializer[dict[str, Any]]):
    image_ids = serializers.ListField(child=serializers.UUIDField(), max_length=50)


class ProductQuerySerializer(StrictSerializer[dict[str, Any]]):
    """The query of the public list. A value that cannot be meant is refused by its field's name."""

    q = serializers.CharField(
        max_length=MAX_QUERY_LENGTH,
        required=False,
        allow_blank=True,
        help_text='Words; "a phrase", -without, one or other. Typos are forgiven.',
    )
    category = serializers.CharField(
        max_length=120, required=False, help_text="Id or slug; includes everything below it."
    )
    seller = serializers.UUIDField(required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    min_price = money_field(required=False, help_text="Needs `currency`.")
    max_price = money_field(required=False, help_text="Needs `currency`.")
    in_stock = serializers.BooleanField(required=False)
    featured = serializers.BooleanField(required=False)
    ordering = serializers.ChoiceField(
        choices=[(o.value, o.value) for o in Ordering],
        required=False,
        help_text="`-created_at` unless `q` is given, then `relevance`. By price without "
        "`currency`, one currency comes after the other.",
    )
    cursor = serializers.CharField(max_length=500, required=False)
    page_size = serializers.IntegerField(
        min_value=1, max_value=MAX_PAGE_SIZE, required=False, default=20
    )

    def validate_currency(self, value: str) -> str:
        try:
            exponent(value)
        except InvalidMoney as error:
            raise serializers.ValidationError(error.detail) from None
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        query = attrs.get("q", "").strip()
        ordering = attrs.get("ordering") or ("relevance" if query else "-created_at")
        if ordering == Ordering.RELEVANCE and not query:
            raise serializers.ValidationError({"ordering": ["relevance needs q."]})
        return {
            "query": query,
            "ordering": Ordering(ordering),
            "cursor": attrs.get("cursor"),
            "page_size": attrs["page_size"],
            "filters": Filters(
                category_id=_category(attrs),
                seller_id=attrs.get("seller"),
                currency=attrs.get("currency"),
                min_price_minor=_amount(attrs, "min_price"),
                max_price_minor=_amount(attrs, "max_price"),
                in_stock=attrs.get("in_stock"),
                featured=attrs.get("featured"),
            ),
        }


def _category(attrs: dict[str, Any]) -> Any:
    if "category" not in attrs:
        return None
    category_id = find_category(attrs["category"])
    if category_id is None:
        raise serializers.ValidationError({"category": ["There is no such category."]})
    return category_id


def _amount(attrs: dict[str, Any], name: str) -> int | None:
    if name not in attrs:
        return None
    if "currency" not in attrs:
        raise serializers.ValidationError({name: ["A price is compared in one currency: add it."]})
    try:
        return Money.from_decimal(attrs[name], attrs["currency"]).amount_minor
    except InvalidMoney as error:
        raise serializers.ValidationError({name: [error.detail]}) from None


class OwnProductQuerySerializer(StrictSerializer[dict[str, Any]]):
    status = serializers.ChoiceField(choices=ProductStatus.choices, required=False)
    cursor = serializers.CharField(max_length=500, required=False)
    page_size = serializers.IntegerField(
        min_value=1, max_value=MAX_PAGE_SIZE, required=False, default=20
    )


# Answers: these describe, they do not render.


class SellerCardSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    display_name = serializers.CharField()
    profile_picture_url = serializers.CharField(allow_blank=True)
    verification_status = serializers.ChoiceField(choices=["UNVERIFIED", "PENDING", "VERIFIED"])
    rating = serializers.CharField(help_text="Average of all reviews, 0.00 to 5.00.")
    total_reviews = serializers.IntegerField()


class ProductCategorySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField(), help_text="Names from the root on.")


class ProductCardSerializer(serializers.Serializer[Any]):
    """A product in a list."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    price = money_field()
    compare_price = money_field(allow_null=True)
    currency = serializers.CharField()
    thumbnail_url = serializers.CharField(allow_blank=True)
    categories = ProductCategorySerializer(many=True)
    seller_id = serializers.UUIDField()
    seller = SellerCardSerializer()
    inventory_count = serializers.IntegerField(help_text="May lag; placing an order decides.")
    in_stock = serializers.BooleanField()
    is_featured = serializers.BooleanField()
    status = serializers.ChoiceField(choices=ProductStatus.choices)
    created_at = serializers.DateTimeField()


class RenditionSerializer(serializers.Serializer[Any]):
    url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class ProductImageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full = RenditionSerializer()
    thumbnail = RenditionSerializer()


class ProductDetailSerializer(ProductCardSerializer):
    description = serializers.CharField(allow_blank=True)
    specifications = serializers.DictField()
    images = ProductImageSerializer(many=True)
    published_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class OwnProductSerializer(serializers.Serializer[Any]):
    """A product as its seller sees it, in any status."""

    id = serializers.UUIDField()
    seller_id = serializers.UUIDField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = money_field()
    compare_price = money_field(allow_null=True)
    currency = serializers.CharField()
    categories = ProductCategorySerializer(many=True)
    images = ProductImageSerializer(many=True)
    specifications = serializers.DictField()
    inventory_count = serializers.IntegerField()
    is_featured = serializers.BooleanField()
    status = serializers.ChoiceField(choices=ProductStatus.choices)
    review_reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


product_as_seen = PolymorphicProxySerializer(
    component_name="ProductAsSeen",
    serializers=[ProductDetailSerializer, OwnProductSerializer],
    resource_type_field_name=None,
)
"""What the public sees, or what its seller and operators see."""


class ProductPageSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ProductCardSerializer(many=True)


class OwnProductPageSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = OwnProductSerializer(many=True)


class CategorySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    parent_id = serializers.UUIDField(allow_null=True)
    image = serializers.CharField(allow_blank=True)


class CategoryBranchSerializer(CategorySerializer):
    """``children`` are branches in turn, at most six levels deep."""

    children = serializers.ListField(child=serializers.DictField())


class CategoryTreeSerializer(serializers.Serializer[Any]):
    results = CategoryBranchSerializer(many=True)


class CategoryStepSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()


class CategoryDetailSerializer(CategorySerializer):
    path = CategoryStepSerializer(many=True)
    children = CategorySerializer(many=True)
