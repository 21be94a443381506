"""What the platform says of a seller, for everyone."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.schema import problems, shown_as
from marketplace.core.errors import NotFound
from marketplace.users import queries
from marketplace.users.api import examples
from marketplace.users.models import VerificationLevel
from marketplace.users.snapshots import SellerPage


@shown_as(examples.SELLER)
class SellerSerializer(serializers.Serializer[object]):
    """The counts are the platform's; the name, the words and the links are the seller's."""

    id = serializers.UUIDField()
    display_name = serializers.CharField()
    picture_url = serializers.CharField(allow_blank=True)
    bio = serializers.CharField(allow_blank=True)
    social_links = serializers.DictField(child=serializers.URLField())
    is_verified = serializers.BooleanField(help_text="The badge.")
    verification_level = serializers.ChoiceField(VerificationLevel.values)
    is_featured = serializers.BooleanField()
    member_since = serializers.DateTimeField()
    completed_sales = serializers.IntegerField()
    dispute_rate = serializers.DecimalField(
        max_digits=4,
        decimal_places=1,
        allow_null=True,
        help_text="Per cent of the paid sales; null while there are fewer than five.",
    )
    called_off_rate = serializers.DecimalField(
        max_digits=4,
        decimal_places=1,
        allow_null=True,
        help_text="Paid sales that the seller cancelled or did not ship, in per cent.",
    )
    typical_hours_to_ship = serializers.IntegerField(allow_null=True)
    rating = serializers.DecimalField(max_digits=3, decimal_places=2, allow_null=True)
    total_reviews = serializers.IntegerField()
    page_url = serializers.URLField(help_text="The page to share.")


def render_seller(page: SellerPage) -> dict[str, Any]:
    card, shipping = page.card, page.typical_time_to_ship
    return {
        "id": str(card.id),
        "display_name": card.display_name,
        "picture_url": page.picture_url,
        "bio": card.bio,
        "social_links": card.social_links,
        "is_verified": page.is_verified,
        "verification_level": page.verification_level,
        "is_featured": card.is_featured,
        "member_since": card.member_since,
        "completed_sales": page.completed_sales,
        "dispute_rate": _text(page.dispute_rate),
        "called_off_rate": _text(page.called_off_rate),
        "typical_hours_to_ship": (
            round(shipping.total_seconds() / 3600) if shipping is not None else None
        ),
        "rating": _text(card.rating) if card.total_reviews else None,
        "total_reviews": card.total_reviews,
        "page_url": f"{settings.PUBLIC_URL.rstrip('/')}/sellers/{card.id}/",
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


class SellerView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="sellers_retrieve",
        tags=["users"],
        auth=[],
        summary="What the platform says of a seller",
        description="Counted from sales, within a moment. Rates need at least five paid sales.",
        responses={200: SellerSerializer, **problems(NotFound)},
    )
    def get(self, request: Request, seller_id: UUID) -> Response:
        return Response(render_seller(queries.get_seller(seller_id=seller_id)))
