"""HTTP of filling a wallet: the shapes, and parse, one call, answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, idempotent, key_of, money_field, money_members, refuses
from marketplace.core.api.input import PageQuerySerializer, StrictSerializer
from marketplace.core.api.schema import shown_as
from marketplace.core.money import Money
from marketplace.payments import errors, queries, services
from marketplace.payments.api import examples
from marketplace.payments.api.serializers import currency_field
from marketplace.payments.api.views import PagedView, own_id
from marketplace.payments.models import TopUp
from marketplace.payments.providers.factory import PaymentMethodUnavailable
from marketplace.payments.snapshots import TopUpSnapshot, TopUpStatus, next_action, top_up_status
from marketplace.users.errors import ConsentsOutstanding

WALLET = ["wallet"]


@shown_as(request=examples.NEW_TOP_UP)
class NewTopUpSerializer(StrictSerializer[Any]):
    amount = money_field()
    currency = currency_field()
    payment_method = serializers.CharField(
        max_length=20, default="card", help_text="`card`, `bank_transfer`, `mobile_money`, …"
    )
    provider = serializers.SlugField(max_length=20, required=False)
    return_url = serializers.URLField(
        max_length=2000, help_text="Where the provider's page sends you afterwards."
    )


class TopUpNextActionSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["redirect", "none"])
    url = serializers.CharField(required=False, help_text="With `redirect`.")


@shown_as(examples.TOP_UP)
class TopUpSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    wallet_id = serializers.UUIDField()
    amount = money_field()
    currency = currency_field()
    payment_method = serializers.CharField()
    payment_provider = serializers.CharField()
    status = serializers.ChoiceField(
        choices=[status.value for status in TopUpStatus],
        help_text="IN_REVIEW: another amount came; it is booked, and our staff looks at it.",
    )
    failure_code = serializers.CharField(allow_blank=True)
    next_action = TopUpNextActionSerializer(help_text="Go to `url`, if there is one.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TopUpListView(PagedView):
    queryset = TopUp.objects.none()
    serializer_class = TopUpSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="wallet_top_ups_list",
        tags=WALLET,
        summary="What you put into your wallets, newest first",
        parameters=[PageQuerySerializer],
        responses=TopUpSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        PageQuerySerializer(data=request.query_params).is_valid(raise_exception=True)
        return self.page(request, queries.list_top_ups(user_id=own_id(request)), top_up_row)

    @extend_schema(
        operation_id="wallet_top_ups_create",
        tags=WALLET,
        summary="Put money into your wallet: answers where to pay",
        request=NewTopUpSerializer,
        responses={201: TopUpSerializer},
    )
    @refuses(
        errors.TopUpNotPositive,
        errors.TopUpOutsideLimits,
        errors.TopUpDayLimitReached,
        errors.WalletInactive,
        errors.PaymentRefused,
        errors.PaymentOutcomeUnknown,
        ConsentsOutstanding,
        PaymentMethodUnavailable,
    )
    @idempotent(spans_transactions=True)
    def post(self, request: Request) -> Response:
        wanted = NewTopUpSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        top_up = services.top_up_wallet(
            actor=actor_of(request),
            amount=Money.from_decimal(data["amount"], data["currency"]),
            method=data["payment_method"],
            provider=data.get("provider"),
            return_url=data["return_url"],
            idempotency_key=key_of(request),
        )
        return Response(rendered(top_up), status=HTTPStatus.CREATED)


class TopUpView(APIView):
    @extend_schema(
        operation_id="wallet_top_ups_retrieve",
        tags=WALLET,
        summary="A top-up of yours, and how it stands",
        responses=TopUpSerializer,
    )
    def get(self, request: Request, top_up_id: UUID) -> Response:
        top_up = queries.get_top_up(top_up_id=top_up_id, user_id=own_id(request))
        return Response(rendered(top_up))


def rendered(top_up: TopUpSnapshot) -> dict[str, Any]:
    return {
        "id": top_up.id,
        "wallet_id": top_up.wallet_id,
        **money_members(top_up.amount.currency, amount=top_up.amount.amount_minor),
        "payment_method": top_up.payment_method,
        "payment_provider": top_up.payment_provider,
        "status": top_up.status,
        "failure_code": top_up.failure_code,
        "next_action": top_up.next_action,
        "created_at": top_up.created_at,
        "updated_at": top_up.updated_at,
    }


def top_up_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "wallet_id": row["wallet_id"],
        **money_members(row["currency"], amount=row["amount_minor"]),
        "payment_method": row["method"],
        "payment_provider": row["provider"],
        "status": top_up_status(row["status"], is_credited=row["credited_at"] is not None),
        "failure_code": row["failure_code"],
        "next_action": next_action(row["status"], row["redirect_url"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
