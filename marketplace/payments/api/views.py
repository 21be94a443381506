"""HTTP of payments and wallets: parse, one call, answer."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import (
    actor_of,
    honours_step_up,
    idempotent,
    key_of,
    refuses,
    step_up_of,
)
from marketplace.core.api.input import PageQuerySerializer
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments import errors, queries, services
from marketplace.payments.api import examples, rendering
from marketplace.payments.api.parsers import RawBodyParser
from marketplace.payments.api.serializers import (
    BankAccountListSerializer,
    BankAccountSerializer,
    NewBankAccountSerializer,
    NewWithdrawalSerializer,
    PaymentFilterSerializer,
    PaymentSerializer,
    PaymentWebhookReceiptSerializer,
    TimelineSerializer,
    TransactionFilterSerializer,
    TransactionSerializer,
    WalletListSerializer,
    WithdrawalSerializer,
)
from marketplace.payments.models import Payment, Payout, Transaction
from marketplace.payments.providers.factory import PayoutUnavailable
from marketplace.users.errors import StepUpRefused, StepUpRequired
from marketplace.users.services import noting_refused_step_ups

PAYMENTS = ["payments"]
WALLET = ["wallet"]


def own_id(request: Request) -> UUID:
    """The id of the user who asks; the permission classes have seen to it that there is one."""
    user_id = actor_of(request).user_id
    assert user_id is not None  # noqa: S101 - for the type checker
    return user_id


class PagedView(GenericAPIView[Any]):
    """A list that is rendered from rows, page by page."""

    def page(
        self,
        request: Request,
        rows: QuerySet[Any, dict[str, Any]],
        render: Callable[[Mapping[str, Any]], dict[str, Any]],
    ) -> Response:
        page = self.paginator.paginate_queryset(rows, request, view=self)  # type: ignore[union-attr]
        return self.get_paginated_response([render(row) for row in page or ()])


class PaymentListView(PagedView):
    queryset = Payment.objects.none()
    serializer_class = PaymentSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="payments_list",
        tags=PAYMENTS,
        summary="Payments that you make or get, newest first",
        parameters=[PaymentFilterSerializer],
        responses=PaymentSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        wanted = PaymentFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        rows = queries.list_payments(actor=actor_of(request), **wanted.validated_data)
        return self.page(request, rows, rendering.payment_row)


class PaymentView(APIView):
    @extend_schema(
        operation_id="payments_retrieve",
        tags=PAYMENTS,
        summary="A payment, for its buyer and its seller",
        responses=PaymentSerializer,
    )
    def get(self, request: Request, payment_id: UUID) -> Response:
        payment = queries.get_payment(payment_id=payment_id, actor=actor_of(request))
        return Response(rendering.payment(payment))


class PaymentTimelineView(APIView):
    @extend_schema(
        operation_id="payments_timeline",
        tags=PAYMENTS,
        summary="What happened to a payment, in words, oldest first",
        responses=TimelineSerializer,
    )
    def get(self, request: Request, payment_id: UUID) -> Response:
        entries = queries.get_payment_timeline(payment_id=payment_id, actor=actor_of(request))
        return Response({"results": [asdict(entry) for entry in entries]})


class ProviderWebhookView(APIView):
    """Messages of payment providers. The signature over the raw bytes is the only credential."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (RawBodyParser,)

    @extend_schema(
        operation_id="payments_webhook",
        tags=["webhooks"],
        summary="A payment provider's signed message: stored, then processed",
        request={"application/json": OpenApiTypes.OBJECT},
        responses=PaymentWebhookReceiptSerializer,
        examples=[
            OpenApiExample("Paid", value=examples.WEBHOOK, request_only=True),
            OpenApiExample("Stored", value={"received": True}, response_only=True),
        ],
        auth=[],
    )
    @refuses(errors.WebhookNotSigned, errors.WebhookUnreadable, errors.WebhookTooLarge)
    def post(self, request: Request, provider: str) -> Response:
        services.receive_webhook(provider=provider, body=request.body, headers=request.headers)
        return Response({"received": True})


class WalletView(APIView):
    @extend_schema(
        operation_id="wallet_retrieve",
        tags=WALLET,
        summary="Your wallets, one per currency",
        responses=WalletListSerializer,
    )
    def get(self, request: Request) -> Response:
        user_id = own_id(request)
        wallets = queries.get_wallets(user_id=user_id)
        return Response({"results": [rendering.wallet(wallet, user_id) for wallet in wallets]})


class WalletTransactionListView(PagedView):
    queryset = Transaction.objects.none()
    serializer_class = TransactionSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="wallet_transactions_list",
        tags=WALLET,
        summary="The lines of your statements, newest first",
        parameters=[TransactionFilterSerializer],
        responses=TransactionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        wanted = TransactionFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        filters = dict(wanted.validated_data)
        rows = queries.list_wallet_transactions(
            user_id=own_id(request), transaction_type=filters.pop("type", None), **filters
        )
        return self.page(request, rows, rendering.transaction_row)


class BankAccountListView(APIView):
    @extend_schema(
        operation_id="wallet_bank_accounts_list",
        tags=WALLET,
        summary="Your bank accounts, masked",
        responses=BankAccountListSerializer,
    )
    def get(self, request: Request) -> Response:
        accounts = queries.list_bank_accounts(user_id=own_id(request))
        return Response({"results": [asdict(account) for account in accounts]})

    @extend_schema(
        operation_id="wallet_bank_accounts_create",
        tags=WALLET,
        summary="Add a bank account for withdrawals",
        description=(
            "Send `iban`, `account_number` or `paypal`; it is sealed, never shown. Needs a step-up "
            "of purpose `bank_account`, whose details are this body."
        ),
        request=NewBankAccountSerializer,
        responses={201: BankAccountSerializer},
    )
    @refuses(
        errors.InvalidBankAccount,
        errors.BankAccountExists,
        errors.TooManyBankAccounts,
        StepUpRequired,
        StepUpRefused,
    )
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request) -> Response:
        wanted = NewBankAccountSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        account = services.add_bank_account(
            actor=actor_of(request), step_up=step_up_of(request), **wanted.validated_data
        )
        return Response(asdict(account), status=HTTPStatus.CREATED)


class BankAccountView(APIView):
    @extend_schema(
        operation_id="wallet_bank_accounts_destroy",
        tags=WALLET,
        summary="Remove a bank account; payouts on their way to it go on",
        responses={204: None},
    )
    def delete(self, request: Request, bank_account_id: UUID) -> Response:
        services.remove_bank_account(actor=actor_of(request), bank_account_id=bank_account_id)
        return Response(status=HTTPStatus.NO_CONTENT)


class WithdrawalListView(PagedView):
    queryset = Payout.objects.none()
    serializer_class = WithdrawalSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="wallet_withdrawals_list",
        tags=WALLET,
        summary="Your withdrawals, newest first",
        parameters=[PageQuerySerializer],
        responses=WithdrawalSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        PageQuerySerializer(data=request.query_params).is_valid(raise_exception=True)
        rows = queries.list_withdrawals(user_id=own_id(request))
        return self.page(request, rows, rendering.withdrawal_row)

    @extend_schema(
        operation_id="wallet_withdrawals_create",
        tags=WALLET,
        summary="Withdraw money to a bank account",
        description=(
            "Needs a step-up of purpose `withdrawal`, whose details are this body: it approves "
            "this amount to this account, once."
        ),
        request=NewWithdrawalSerializer,
        responses={201: WithdrawalSerializer},
    )
    @refuses(
        NotFound,
        errors.WithdrawalNotPositive,
        errors.WithdrawalTooSmall,
        errors.WithdrawalOverMaximum,
        errors.WithdrawalLimitReached,
        errors.BankAccountCurrencyMismatch,
        errors.BankAccountNotUsableYet,
        errors.BankAccountBlocked,
        errors.InsufficientBalance,
        errors.FundsOnHold,
        errors.WalletInactive,
        PayoutUnavailable,
        StepUpRequired,
        StepUpRefused,
    )
    @honours_step_up
    @noting_refused_step_ups
    @idempotent
    def post(self, request: Request) -> Response:
        wanted = NewWithdrawalSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        payout = services.request_withdrawal(
            actor=actor_of(request),
            amount=Money.from_decimal(data["amount"], data["currency"]),
            bank_account_id=data["bank_account_id"],
            idempotency_key=key_of(request),
            step_up=step_up_of(request),
        )
        return Response(rendering.withdrawal(payout), status=HTTPStatus.CREATED)
