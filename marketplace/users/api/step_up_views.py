"""Step-ups: approving one act with a second factor (ADR 0071)."""

from dataclasses import asdict
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import refuses
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.sms import TextsUsedUp
from marketplace.users import errors, services
from marketplace.users.api import factor_serializers as s
from marketplace.users.api.authentication import sign_in_of, user_id_of
from marketplace.users.api.factor_views import TAG, secret


class StepUpListView(APIView):
    @extend_schema(
        operation_id="auth_step_ups_create",
        tags=TAG,
        summary="Ask to approve one act with a second factor",
        description=(
            "`details` say what is to be done, as the request that does it will:\n\n"
            "- `withdrawal`: `amount`, `currency`, `bank_account_id`\n"
            "- `bank_account`: the members of the new account\n"
            "- `email_change`: `email`; `phone_change`: `phone_number`\n"
            "- `factor_change`: `action`, with `factor_id` to remove one, or with `provider` to "
            "connect or disconnect one\n"
            "- `privacy`: `action` `erase_account`, or `download_export` with `export_id`\n\n"
            "Confirm it, then send its `id` as the header `Step-Up` of that request. It is good "
            "for ten minutes, on this device, for exactly this, once. Somebody without a second "
            "factor gets a code in a text message, if their number is proved, or else in a letter."
        ),
        request=s.NewStepUpSerializer,
        responses={201: s.StepUpSerializer},
    )
    @refuses(InvalidInput, NotFound, errors.TooManyAttempts, TextsUsedUp)
    def post(self, request: Request) -> Response:
        given = s.NewStepUpSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        step_up = services.start_step_up(
            user_id=user_id_of(request),
            sign_in_id=sign_in_of(request).sign_in_id,
            **given.validated_data,
        )
        return secret(asdict(step_up), HTTPStatus.CREATED)


class ConfirmStepUpView(APIView):
    @extend_schema(
        operation_id="auth_step_ups_confirm",
        tags=TAG,
        summary="Approve it, with a code or a passkey",
        request=s.ConfirmStepUpSerializer,
        responses=s.StepUpSerializer,
    )
    @refuses(
        NotFound,
        errors.StepUpRefused,
        errors.FactorNotOffered,
        errors.SecondFactorRefused,
        errors.TooManyAttempts,
    )
    def post(self, request: Request, step_up_id: UUID) -> Response:
        given = s.ConfirmStepUpSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        step_up = services.confirm_step_up(
            step_up_id=step_up_id,
            user_id=user_id_of(request),
            sign_in_id=sign_in_of(request).sign_in_id,
            answer=services.FactorAnswer(**given.validated_data),
        )
        return secret(asdict(step_up), HTTPStatus.OK)
