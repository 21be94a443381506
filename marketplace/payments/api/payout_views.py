"""HTTP of what a seller decides about payouts: parse, one call, answer."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, idempotent, refuses
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.core.errors import NotFound
from marketplace.payments import errors, queries, services
from marketplace.payments.api import rendering
from marketplace.payments.api.payout_serializers import (
    NewPayoutScheduleSerializer,
    PayoutScheduleListSerializer,
    PayoutScheduleSerializer,
)
from marketplace.payments.api.serializers import BankAccountSerializer, WithdrawalSerializer
from marketplace.payments.api.views import own_id

WALLET = ["wallet"]


class DefaultBankAccountView(APIView):
    @extend_schema(
        operation_id="wallet_bank_accounts_make_default",
        tags=WALLET,
        summary="Let scheduled payouts of its currency go to this bank account",
        request=NothingSerializer,
        responses=BankAccountSerializer,
    )
    @refuses(NotFound)
    def post(self, request: Request, bank_account_id: UUID) -> Response:
        takes_nothing(request)
        account = services.choose_default_bank_account(
            actor=actor_of(request), bank_account_id=bank_account_id
        )
        return Response(asdict(account))


class CancelWithdrawalView(APIView):
    @extend_schema(
        operation_id="wallet_withdrawals_cancel",
        tags=WALLET,
        summary="Take back a withdrawal that was not sent yet",
        request=NothingSerializer,
        responses=WithdrawalSerializer,
    )
    @refuses(NotFound, errors.WithdrawalNotCancellable)
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> Response:
        takes_nothing(request)
        payout = services.cancel_withdrawal(actor=actor_of(request), withdrawal_id=withdrawal_id)
        return Response(rendering.withdrawal(payout))


class PayoutScheduleView(APIView):
    @extend_schema(
        operation_id="wallet_payout_schedule_retrieve",
        tags=WALLET,
        summary="When each of your wallets is paid out by itself",
        responses=PayoutScheduleListSerializer,
    )
    def get(self, request: Request) -> Response:
        schedules = queries.list_payout_schedules(user_id=own_id(request))
        return Response({"results": [asdict(schedule) for schedule in schedules]})

    @extend_schema(
        operation_id="wallet_payout_schedule_update",
        tags=WALLET,
        summary="Choose when a wallet is paid out: on request, daily or weekly",
        description=(
            "Scheduled payouts go to the default bank account of the currency, from 06:00 UTC on: "
            "as much as is available within your limits, and nothing below the smallest withdrawal."
        ),
        request=NewPayoutScheduleSerializer,
        responses=PayoutScheduleSerializer,
    )
    @refuses(NotFound, errors.InvalidPayoutSchedule)
    def put(self, request: Request) -> Response:
        wanted = NewPayoutScheduleSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        schedule = services.set_payout_schedule(actor=actor_of(request), **wanted.validated_data)
        return Response(asdict(schedule))
