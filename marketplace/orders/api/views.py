"""HTTP of orders: parse, one domain call, answer."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from marketplace.core.api import actor_of, honours_if_match, idempotent, key_of, refuses
from marketplace.core.api.pagination import CursorPage
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.core.errors import NotFound
from marketplace.logistics import errors as shipping
from marketplace.orders import errors, queries, services
from marketplace.orders.api import examples, rendering
from marketplace.orders.api import serializers as s
from marketplace.orders.api.versions import etag, expected_version
from marketplace.orders.transitions import Party
from marketplace.payments import errors as money
from marketplace.payments import errors as payment_errors
from marketplace.products.services import OutOfStock, ProductNotAvailable
from marketplace.users.errors import ConsentsOutstanding
from marketplace.users.queries import get_public_cards

FINISHED = (
    errors.OrderAlreadyCompleted,
    errors.OrderAlreadyCancelled,
    errors.OrderAlreadyRefunded,
    errors.NotYourPart,
)
"""What every command on an order may be answered with."""


def read_input(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    data = serializer(data=request.data)
    data.is_valid(raise_exception=True)
    validated: dict[str, Any] = data.validated_data
    return validated


def answer(order: services.OrderSnapshot) -> Response:
    return Response(rendering.render_order(order), headers={"ETag": etag(order.version)})


class HistoryPage(CursorPage):
    ordering = ("-created_at", "-order_id")  # type: ignore[assignment] # DRF takes several


class OrderListView(GenericAPIView[Any]):
    pagination_class = HistoryPage
    filter_backends = ()

    @extend_schema(
        operation_id="orders_list",
        tags=["orders"],
        summary="Your orders, newest first",
        description="From the order history, which follows the orders within a moment.",
        parameters=[s.OrderQuerySerializer],
        responses=s.OrderHistoryEntrySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        query = s.OrderQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = dict(query.validated_data)
        role = Party(wanted.pop("role").upper())
        rows = queries.list_orders(actor=actor_of(request), role=role, **wanted)
        page = self.paginate_queryset(rows) or []
        other = "seller_id" if role is Party.BUYER else "buyer_id"
        cards = get_public_cards(user_ids={row[other] for row in page})
        return self.get_paginated_response(
            [rendering.render_history_entry(row, role=role, cards=cards) for row in page]
        )

    @extend_schema(
        operation_id="orders_place",
        tags=["orders"],
        summary="Place a basket: one order per seller, all of them or none",
        request=s.PlaceOrderSerializer,
        responses={201: s.CheckoutSerializer},
    )
    @refuses(
        errors.BasketInvalid,
        errors.AddressInvalid,
        errors.ProductUnknown,
        errors.OwnListing,
        errors.SellerNotTrading,
        errors.TradingLimitReached,
        errors.SellerLimitReached,
        errors.BasketMixesCurrencies,
        ProductNotAvailable,
        OutOfStock,
        shipping.ShippingMethodUnknown,
        shipping.ShippingMethodNotAvailable,
        ConsentsOutstanding,
        NotFound,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = read_input(s.PlaceOrderSerializer, request)
        checkout = services.place_order(
            actor=actor_of(request),
            lines=[services.BasketLine(**line) for line in wanted["items"]],
            shipping_address=wanted.get("shipping_address"),
            shipping_address_id=wanted.get("shipping_address_id"),
            shipping_method=wanted["shipping_method"],
            notes=wanted["notes"],
        )
        body = {
            "checkout_id": checkout.checkout_id,
            "orders": [rendering.render_order(order) for order in checkout.orders],
        }
        return Response(body, status=201)


class OrderView(APIView):
    @extend_schema(
        operation_id="orders_retrieve",
        tags=["orders"],
        summary="One order; for its buyer and seller",
        responses=s.OrderSerializer,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        return answer(queries.get_order(order_id=order_id, actor=actor_of(request)))


class TimelineView(APIView):
    @extend_schema(
        operation_id="orders_timeline",
        tags=["orders"],
        summary="Who did what to an order, oldest first",
        responses=s.OrderTimelineSerializer,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        entries = queries.list_timeline(order_id=order_id, actor=actor_of(request))
        return Response({"results": [rendering.render_timeline_entry(entry) for entry in entries]})


class PayView(APIView):
    @extend_schema(
        operation_id="orders_pay",
        tags=["orders"],
        summary="The buyer starts to pay: answers where to go, or that the wallet has paid",
        request=s.PayOrderSerializer,
        responses=s.PaymentStartSerializer,
        examples=[
            OpenApiExample("From the wallet", value=examples.PAY_FROM_WALLET, request_only=True),
            OpenApiExample(
                "Paid from the wallet", value=examples.PAID_FROM_WALLET, response_only=True
            ),
        ],
    )
    @refuses(
        errors.OrderNotPayable,
        errors.OrderAlreadyPaid,
        payment_errors.InsufficientBalance,
        payment_errors.FundsOnHold,
        payment_errors.WalletInactive,
        *FINISHED,
    )
    @honours_if_match
    @idempotent(spans_transactions=True)
    def post(self, request: Request, order_id: UUID) -> Response:
        wanted = read_input(s.PayOrderSerializer, request)
        start = services.pay_order(
            order_id=order_id,
            actor=actor_of(request),
            method=wanted["payment_method"],
            provider=wanted.get("provider"),
            return_url=wanted.get("return_url", ""),
            idempotency_key=key_of(request),
            expected_version=expected_version(request),
        )
        return Response(rendering.render_payment_start(start))


class AcceptView(APIView):
    @extend_schema(
        operation_id="orders_accept",
        tags=["orders"],
        summary="The seller takes the paid order on",
        request=NothingSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(errors.OrderNotAcceptable, errors.OrderAlreadyAccepted, errors.OrderFrozen, *FINISHED)
    @honours_if_match
    def post(self, request: Request, order_id: UUID) -> Response:
        takes_nothing(request)
        return answer(
            services.accept_order(
                order_id=order_id,
                actor=actor_of(request),
                expected_version=expected_version(request),
            )
        )


class ShipView(APIView):
    @extend_schema(
        operation_id="orders_ship",
        tags=["orders"],
        summary="The seller has handed the goods over",
        request=s.ShipOrderSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(
        errors.OrderNotShippable,
        errors.OrderAlreadyShipped,
        errors.CancellationRequestOpen,
        errors.OrderFrozen,
        shipping.CarrierUnknown,
        shipping.TrackingNumberMissing,
        shipping.TrackingNumberTaken,
        *FINISHED,
    )
    @honours_if_match
    def post(self, request: Request, order_id: UUID) -> Response:
        wanted = read_input(s.ShipOrderSerializer, request)
        return answer(
            services.ship_order(
                order_id=order_id,
                actor=actor_of(request),
                carrier=wanted["carrier"],
                tracking_number=wanted["tracking_number"],
                expected_version=expected_version(request),
            )
        )


class DeliverView(APIView):
    @extend_schema(
        operation_id="orders_deliver",
        tags=["orders"],
        summary="The buyer has the goods; the inspection window starts",
        request=s.DeliverSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(errors.OrderNotDeliverable, errors.OrderAlreadyDelivered, *FINISHED)
    @honours_if_match
    def post(self, request: Request, order_id: UUID) -> Response:
        return answer(
            services.record_delivery(
                order_id=order_id,
                actor=actor_of(request),
                note=read_input(s.DeliverSerializer, request)["note"],
                expected_version=expected_version(request),
            )
        )


class ConfirmView(APIView):
    @extend_schema(
        operation_id="orders_confirm",
        tags=["orders"],
        summary="The buyer is satisfied: the seller is paid",
        request=NothingSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(errors.OrderNotConfirmable, errors.OrderFrozen, money.ChargebackOpen, *FINISHED)
    @honours_if_match
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        takes_nothing(request)
        return answer(
            services.confirm_receipt(
                order_id=order_id,
                actor=actor_of(request),
                expected_version=expected_version(request),
            )
        )


class ExtendShipByView(APIView):
    @extend_schema(
        operation_id="orders_extend_ship_by",
        tags=["orders"],
        summary="The buyer gives the seller more time to ship",
        request=s.ExtendShipBySerializer,
        responses=s.OrderSerializer,
    )
    @refuses(
        errors.ShipByNotExtendable,
        errors.ShipByExtensionTooLong,
        errors.OrderAlreadyShipped,
        *FINISHED,
    )
    @honours_if_match
    def post(self, request: Request, order_id: UUID) -> Response:
        return answer(
            services.extend_ship_by(
                order_id=order_id,
                actor=actor_of(request),
                business_days=read_input(s.ExtendShipBySerializer, request)["business_days"],
                expected_version=expected_version(request),
            )
        )
