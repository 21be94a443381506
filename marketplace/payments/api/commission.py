"""What a seller would get: the preview of the commission over HTTP."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, money_field, money_members, refuses
from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.core.errors import Forbidden
from marketplace.core.money import InvalidMoney, Money
from marketplace.payments import errors, queries
from marketplace.payments.api import examples
from marketplace.payments.api.serializers import currency_field


class CommissionPreviewQuerySerializer(StrictSerializer[dict[str, Any]]):
    amount = money_field(help_text="What the goods would cost, without shipping.")
    currency = currency_field()
    category = serializers.UUIDField(
        required=False, help_text="Where it would be listed; left out: in no category."
    )


class CommissionRuleSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    conditions = serializers.ListField(
        child=serializers.CharField(), help_text="Why it applies, in words."
    )
    valid_until = serializers.DateTimeField(allow_null=True)


class CommissionLineSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    amount = money_field(help_text="Below zero: it is taken off.")


@shown_as(examples.COMMISSION_PREVIEW)
class CommissionPreviewSerializer(serializers.Serializer[Any]):
    amount = money_field()
    currency = currency_field()
    category = serializers.CharField(allow_null=True, help_text="Its name with those above it.")
    seller_level = serializers.CharField(help_text="Your verification level.")
    commission = money_field(help_text="All that the platform takes, before tax.")
    tax = money_field(help_text="On the commission.")
    buyer_fee = money_field(help_text="The part of the two that the buyer pays on top.")
    buyer_pays = money_field(help_text="Without shipping.")
    you_get = money_field(help_text="What reaches your wallet; shipping comes on top, whole.")
    lines = CommissionLineSerializer(many=True, help_text="The arithmetic, line by line.")
    rule = CommissionRuleSerializer(allow_null=True, help_text="null: nothing is taken.")


class CommissionPreviewView(APIView):
    @extend_schema(
        operation_id="payments_commission_preview",
        tags=["payments"],
        summary="What you would get for a price, and how that is worked out",
        description=(
            "By the rules of this moment and your verification level. A sale's commission is "
            "fixed when the order is placed, with the tier of the whole order."
        ),
        parameters=[CommissionPreviewQuerySerializer],
        responses=CommissionPreviewSerializer,
    )
    @refuses(InvalidMoney, errors.CategoryUnknown)
    def get(self, request: Request) -> Response:
        wanted = CommissionPreviewQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        query = wanted.validated_data
        user_id = actor_of(request).user_id
        if user_id is None:
            raise Forbidden
        preview = queries.preview_commission(
            seller_id=user_id,
            amount=Money.from_decimal(query["amount"], query["currency"]),
            category_id=query.get("category"),
        )
        return Response(_rendered(preview))


def _rendered(preview: queries.CommissionExplanation) -> dict[str, Any]:
    taken, winner = preview.charge, preview.winner
    return {
        **money_members(
            taken.base.currency,
            amount=taken.base.amount_minor,
            commission=taken.commission.amount_minor,
            tax=taken.tax.amount_minor,
            buyer_fee=taken.buyer_fee.amount_minor,
            buyer_pays=(taken.base + taken.buyer_fee).amount_minor,
            you_get=taken.net.amount_minor,
        ),
        "category": preview.category and preview.category.name,
        "seller_level": preview.seller_level,
        "lines": [
            {"text": line.text, "amount": line.amount.to_decimal_string()} for line in taken.lines
        ],
        "rule": winner
        and {
            "id": winner.id,
            "name": winner.name,
            "conditions": winner.conditions,
            "valid_until": winner.valid_until_at,
        },
    }
