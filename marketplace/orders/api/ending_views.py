"""HTTP of ending a sale early: cancelling it, asking for that, and refunding it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, honours_if_match, idempotent, refuses
from marketplace.core.money import Money
from marketplace.orders import errors, services
from marketplace.orders.api import serializers as s
from marketplace.orders.api.versions import expected_version
from marketplace.orders.api.views import FINISHED, answer, read_input
from marketplace.payments import errors as money


class CancelView(APIView):
    @extend_schema(
        operation_id="orders_cancel",
        tags=["orders"],
        summary="End the sale; what was paid goes back in full",
        request=s.ReasonSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(
        errors.OrderNotCancellable,
        errors.ScanNotOverdue,
        errors.OrderFrozen,
        money.ChargebackOpen,
        *FINISHED,
    )
    @honours_if_match
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        return answer(
            services.cancel_order(
                order_id=order_id,
                actor=actor_of(request),
                reason=read_input(s.ReasonSerializer, request)["reason"],
                expected_version=expected_version(request),
            )
        )


class RefundView(APIView):
    @extend_schema(
        operation_id="orders_refund",
        tags=["orders"],
        summary="An operator gives the buyer some or all of the money back",
        request=s.RefundOrderSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(
        errors.OrderNotRefundable,
        errors.OrderFrozen,
        money.RefundNotPositive,
        money.RefundTooLarge,
        money.ChargebackOpen,
        errors.OrderAlreadyCancelled,
        errors.OrderAlreadyRefunded,
        errors.NotYourPart,
    )
    @honours_if_match
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        wanted = read_input(s.RefundOrderSerializer, request)
        return answer(
            services.refund_order(
                order_id=order_id,
                actor=actor_of(request),
                amount=Money.from_decimal(wanted["amount"], wanted["currency"]),
                reason=wanted["reason"],
                expected_version=expected_version(request),
            )
        )


class RequestCancellationView(APIView):
    @extend_schema(
        operation_id="orders_request_cancellation",
        tags=["orders"],
        summary="The buyer of a paid order asks the seller to cancel it",
        request=s.ReasonSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(
        errors.CancellationNotRequestable,
        errors.CancellationAlreadyRequested,
        errors.OrderAlreadyShipped,
        errors.OrderFrozen,
        *FINISHED,
    )
    @honours_if_match
    def post(self, request: Request, order_id: UUID) -> Response:
        return answer(
            services.request_cancellation(
                order_id=order_id,
                actor=actor_of(request),
                reason=read_input(s.ReasonSerializer, request)["reason"],
                expected_version=expected_version(request),
            )
        )


class DeclineCancellationView(APIView):
    @extend_schema(
        operation_id="orders_decline_cancellation",
        tags=["orders"],
        summary="The seller goes on with the sale",
        request=s.ReasonSerializer,
        responses=s.OrderSerializer,
    )
    @refuses(errors.NoOpenCancellationRequest, *FINISHED)
    @honours_if_match
    def post(self, request: Request, order_id: UUID) -> Response:
        return answer(
            services.decline_cancellation(
                order_id=order_id,
                actor=actor_of(request),
                reason=read_input(s.ReasonSerializer, request)["reason"],
                expected_version=expected_version(request),
            )
        )
