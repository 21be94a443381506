"""HTTP of logistics: parse, one call, answer."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, refuses
from marketplace.core.money import Money
from marketplace.logistics.api import examples
from marketplace.logistics.api.parsers import RawBodyParser
from marketplace.logistics.api.serializers import (
    ShipmentSerializer,
    ShippingMethodListSerializer,
    ShippingMethodQuerySerializer,
    WebhookReceiptSerializer,
)
from marketplace.logistics.errors import WebhookRejected
from marketplace.logistics.queries import (
    ShippingMethodSnapshot,
    get_shipment,
    list_shipping_methods,
)
from marketplace.logistics.services import receive_carrier_webhook


class ShippingMethodListView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="shipping_methods_list",
        tags=["shipping"],
        summary="Shipping methods and what they cost",
        parameters=[ShippingMethodQuerySerializer],
        responses=ShippingMethodListSerializer,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        query = ShippingMethodQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        currency = wanted["currency"]
        subtotal = wanted.get("subtotal")
        methods = list_shipping_methods(
            currency=currency,
            subtotal=Money.from_decimal(subtotal, currency) if subtotal else None,
            destination_country=wanted.get("country", ""),
        )
        return Response({"results": [_method(method) for method in methods]})


class ShipmentView(APIView):
    @extend_schema(
        operation_id="shipping_shipments_retrieve",
        tags=["shipping"],
        summary="A shipment and its scans; for its buyer and seller",
        responses=ShipmentSerializer,
    )
    def get(self, request: Request, shipment_id: UUID) -> Response:
        shipment = get_shipment(shipment_id=shipment_id, actor=actor_of(request))
        return Response(asdict(shipment))


class CarrierWebhookView(APIView):
    """Messages of carriers. The signature over the raw bytes is the only credential."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (RawBodyParser,)

    @extend_schema(
        operation_id="shipping_webhook",
        tags=["webhooks"],
        summary="A carrier's signed message: stored, then processed",
        request={"application/json": OpenApiTypes.OBJECT},
        responses=WebhookReceiptSerializer,
        examples=[
            OpenApiExample("A scan", value=examples.WEBHOOK, request_only=True),
            OpenApiExample("Stored", value={"received": True}, response_only=True),
        ],
        auth=[],
    )
    @refuses(WebhookRejected)
    def post(self, request: Request, carrier: str) -> Response:
        receive_carrier_webhook(carrier=carrier, body=request.body, headers=request.headers)
        return Response({"received": True})


def _method(method: ShippingMethodSnapshot) -> dict[str, object]:
    return {
        **asdict(method),
        "cost": method.cost.to_decimal_string(),
        "free_from": method.free_from.to_decimal_string() if method.free_from else None,
        "currency": method.cost.currency,
    }
