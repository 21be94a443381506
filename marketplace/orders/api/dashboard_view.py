"""What waits for somebody, as buyer and as seller."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of
from marketplace.core.api.schema import shown_as
from marketplace.core.money import Money
from marketplace.orders import queries
from marketplace.orders.api import examples
from marketplace.orders.queries.get_dashboard import COUNTED_TO, Side
from marketplace.orders.transitions import OrderStatus

BUYERS_TURN = {OrderStatus.PENDING_PAYMENT: "pay", OrderStatus.DELIVERED: "confirm"}
SELLERS_TURN = {OrderStatus.PAYMENT_RECEIVED: "accept", OrderStatus.PROCESSING: "ship"}


class AmountSerializer(serializers.Serializer[object]):
    amount = serializers.CharField()
    currency = serializers.CharField()


class TurnSerializer(serializers.Serializer[object]):
    action = serializers.ChoiceField(["pay", "confirm", "accept", "ship", "answer_request"])
    count = serializers.IntegerField()


class SideSerializer(serializers.Serializer[object]):
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By status.")
    needs_action = TurnSerializer(many=True)
    in_escrow = AmountSerializer(many=True)


class SellingSerializer(SideSerializer):
    available = AmountSerializer(many=True)


@shown_as(examples.DASHBOARD)
class DashboardSerializer(serializers.Serializer[object]):
    buying = SideSerializer()
    selling = SellingSerializer(allow_null=True)
    counted_to = serializers.IntegerField(help_text="A count of this much means “or more”.")


class DashboardView(APIView):
    @extend_schema(
        operation_id="orders_dashboard",
        tags=["orders"],
        summary="What waits for you, and how much money",
        description=(
            "Counts by status as buyer and, for sellers, as seller; whose turn it is; money in "
            "escrow, and what can be withdrawn. From the order history, which follows the orders "
            "within a moment."
        ),
        responses=DashboardSerializer,
    )
    def get(self, request: Request) -> Response:
        seen = queries.get_dashboard(actor=actor_of(request))
        body: dict[str, Any] = {
            "buying": _side(seen.buying, _turns(seen.buying, BUYERS_TURN)),
            "selling": None,
            "counted_to": COUNTED_TO,
        }
        if seen.selling is not None:
            turns = _turns(seen.selling, SELLERS_TURN)
            if seen.selling.open_requests:
                turns.append({"action": "answer_request", "count": seen.selling.open_requests})
            body["selling"] = {
                **_side(seen.selling, turns),
                "available": [_amount(money) for money in seen.selling.available],
            }
        return Response(body)


def _turns(side: Side, turns: dict[OrderStatus, str]) -> list[dict[str, Any]]:
    return [
        {"action": action, "count": side.counts[status]}
        for status, action in turns.items()
        if side.counts[status]
    ]


def _side(side: Side, turns: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "counts": side.counts,
        "needs_action": turns,
        "in_escrow": [_amount(money) for money in side.in_escrow],
    }


def _amount(money: Money) -> dict[str, str]:
    return {"amount": money.to_decimal_string(), "currency": money.currency}
