"""HTTP of what a seller decides about payouts: parse, one call, answer."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, idempotent, refuses
from marketplace.core.errors import NotFound
from marketplace.payments import errors, services
from marketplace.payments.api import rendering
from marketplace.payments.api.serializers import BankAccountSerializer, WithdrawalSerializer

WALLET = ["wallet"]


class DefaultBankAccountView(APIView):
    @extend_schema(
        operation_id="wallet_bank_accounts_make_default",
        tags=WALLET,
        summary="Let scheduled payouts of its currency go to this bank account",
        request=None,
        responses=BankAccountSerializer,
    )
    @refuses(NotFound)
    def post(self, request: Request, bank_account_id: UUID) -> Response:
        account = services.choose_default_bank_account(
            actor=actor_of(request), bank_account_id=bank_account_id
        )
        return Response(asdict(account))


class CancelWithdrawalView(APIView):
    @extend_schema(
        operation_id="wallet_withdrawals_cancel",
        tags=WALLET,
        summary="Take back a withdrawal that was not sent yet",
        request=None,
        responses=WithdrawalSerializer,
    )
    @refuses(NotFound, errors.WithdrawalNotCancellable)
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> Response:
        payout = services.cancel_withdrawal(actor=actor_of(request), withdrawal_id=withdrawal_id)
        return Response(rendering.withdrawal(payout))
