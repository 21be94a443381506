"""Second factors: enrolled, listed, renamed, given up (ADR 0070)."""

from dataclasses import asdict
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import honours_step_up, refuses, step_up_of
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.core.errors import NotFound
from marketplace.users import errors, queries, services
from marketplace.users.api import factor_serializers as s
from marketplace.users.api.authentication import sign_in_of, user_id_of
from marketplace.users.services import noting_refused_step_ups

TAG = ["auth"]
STEP_UP = (errors.StepUpRequired, errors.StepUpRefused)


def secret(data: object, status: int) -> Response:
    """An answer that no cache may keep."""
    response = Response(data, status=status)
    response["Cache-Control"] = "no-store"
    return response


class FactorListView(APIView):
    @extend_schema(
        operation_id="auth_factors_list",
        tags=TAG,
        summary="Your second factors",
        responses=s.FactorsSerializer,
    )
    def get(self, request: Request) -> Response:
        factors = queries.list_factors(user_id=user_id_of(request))
        return Response({**asdict(factors), "has_second_factor": factors.has_second_factor})


class TotpView(APIView):
    @extend_schema(
        operation_id="auth_factors_totp_begin",
        tags=TAG,
        summary="Begin to enrol an authenticator app",
        description=(
            'Needs a step-up of purpose `factor_change` with details `{"action": "add_totp"}`. '
            "Show the QR code, then confirm with the code that the app shows."
        ),
        request=NothingSerializer,
        responses={201: s.TotpEnrolmentSerializer},
    )
    @refuses(*STEP_UP, errors.FactorExists)
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        begun = services.begin_totp(user_id=user_id_of(request), step_up=step_up_of(request))
        return secret(asdict(begun), HTTPStatus.CREATED)


class ConfirmTotpView(APIView):
    @extend_schema(
        operation_id="auth_factors_totp_confirm",
        tags=TAG,
        summary="Take an authenticator app into use with its first code",
        description="With the first factor come recovery codes, shown this once.",
        request=s.ConfirmTotpSerializer,
        responses={201: s.NewFactorSerializer},
    )
    @refuses(
        errors.EnrolmentRefused,
        errors.SecondFactorRefused,
        errors.FactorExists,
        errors.TooManyAttempts,
    )
    def post(self, request: Request) -> Response:
        given = s.ConfirmTotpSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        added = services.confirm_totp(
            user_id=user_id_of(request),
            sign_in_id=sign_in_of(request).sign_in_id,
            **given.validated_data,
        )
        return secret(asdict(added), HTTPStatus.CREATED)


class PasskeyListView(APIView):
    @extend_schema(
        operation_id="auth_factors_passkeys_begin",
        tags=TAG,
        summary="Begin to register a passkey",
        description=(
            "Needs a step-up of purpose `factor_change` with details "
            '`{"action": "add_passkey"}`. Give `public_key` to `navigator.credentials.create`.'
        ),
        request=NothingSerializer,
        responses={201: s.PasskeyEnrolmentSerializer},
    )
    @refuses(*STEP_UP, errors.TooManyFactors)
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        begun = services.begin_passkey(user_id=user_id_of(request), step_up=step_up_of(request))
        return secret(asdict(begun), HTTPStatus.CREATED)


class ConfirmPasskeyView(APIView):
    @extend_schema(
        operation_id="auth_factors_passkeys_confirm",
        tags=TAG,
        summary="Keep the passkey that the browser made",
        request=s.ConfirmPasskeySerializer,
        responses={201: s.NewFactorSerializer},
    )
    @refuses(
        errors.EnrolmentRefused,
        errors.SecondFactorRefused,
        errors.FactorExists,
        errors.TooManyFactors,
    )
    def post(self, request: Request) -> Response:
        given = s.ConfirmPasskeySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        added = services.confirm_passkey(
            user_id=user_id_of(request),
            sign_in_id=sign_in_of(request).sign_in_id,
            **given.validated_data,
        )
        return secret(asdict(added), HTTPStatus.CREATED)


class FactorView(APIView):
    @extend_schema(
        operation_id="auth_factors_rename",
        tags=TAG,
        summary="Rename a passkey",
        request=s.RenameSerializer,
        responses=s.FactorSerializer,
    )
    @refuses(NotFound)
    def patch(self, request: Request, factor_id: UUID) -> Response:
        given = s.RenameSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        factor = services.rename_passkey(
            user_id=user_id_of(request), factor_id=factor_id, **given.validated_data
        )
        return Response(asdict(factor))

    @extend_schema(
        operation_id="auth_factors_remove",
        tags=TAG,
        summary="Give up an authenticator app or a passkey",
        description=(
            "Needs a step-up of purpose `factor_change` with details "
            '`{"action": "remove", "factor_id": …}`. With the last one go the recovery codes; '
            "a password of fewer than 15 characters is changed before that."
        ),
        request=None,
        responses={204: None},
    )
    @refuses(*STEP_UP, NotFound, errors.LongerPasswordNeeded)
    @honours_step_up
    @noting_refused_step_ups
    def delete(self, request: Request, factor_id: UUID) -> Response:
        services.remove_factor(
            user_id=user_id_of(request), factor_id=factor_id, step_up=step_up_of(request)
        )
        return Response(status=HTTPStatus.NO_CONTENT)


class RecoveryCodesView(APIView):
    @extend_schema(
        operation_id="auth_factors_recovery_codes_renew",
        tags=TAG,
        summary="Make new recovery codes; the old ones end",
        description=(
            "Needs a step-up of purpose `factor_change` with details "
            '`{"action": "renew_recovery_codes"}`.'
        ),
        request=NothingSerializer,
        responses={201: s.RecoveryCodesSerializer},
    )
    @refuses(*STEP_UP, errors.NoSecondFactor)
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        codes = services.renew_recovery_codes(
            user_id=user_id_of(request), step_up=step_up_of(request)
        )
        return secret({"recovery_codes": codes}, HTTPStatus.CREATED)
