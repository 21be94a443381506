"""Signing in with a second factor, or with a passkey alone (ADR 0072)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.core.api import refuses
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.users import errors
from marketplace.users.api import factor_flow
from marketplace.users.api import factor_serializers as s
from marketplace.users.api.auth_views import PublicView, answer_tokens
from marketplace.users.api.serializers import TokensSerializer
from marketplace.users.services import FactorAnswer

TAG = ["auth"]


class SecondFactorView(PublicView):
    @extend_schema(
        operation_id="auth_sign_in_second_factor",
        tags=TAG,
        auth=[],
        summary="Finish a sign-in with a second factor",
        description=(
            "With the `flow_token` of the answer `second_factor_required`. A code of an "
            "authenticator app works once."
        ),
        request=s.SecondFactorSerializer,
        responses=TokensSerializer,
    )
    @refuses(
        errors.FlowRefused,
        errors.SecondFactorRefused,
        errors.TooManyAttempts,
        errors.AccountSuspended,
    )
    def post(self, request: Request) -> Response:
        given = s.SecondFactorSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        flow_token = data.pop("flow_token")
        return answer_tokens(
            factor_flow.finish_second_factor(
                request, flow_token=flow_token, answer=FactorAnswer(**data)
            )
        )


class SecondFactorOptionsView(PublicView):
    @extend_schema(
        operation_id="auth_sign_in_second_factor_options",
        tags=TAG,
        auth=[],
        summary="What a passkey has to sign to be the second factor of a sign-in",
        request=s.FlowTokenSerializer,
        responses=s.PublicKeySerializer,
    )
    @refuses(errors.FlowRefused, errors.FactorNotOffered)
    def post(self, request: Request) -> Response:
        given = s.FlowTokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        options = factor_flow.begin_second_factor(request, **given.validated_data)
        return Response({"public_key": options}, headers={"Cache-Control": "no-store"})


class PasskeySignInOptionsView(PublicView):
    @extend_schema(
        operation_id="auth_sign_in_passkey_options",
        tags=TAG,
        auth=[],
        summary="Begin to sign in with a passkey alone",
        request=NothingSerializer,
        responses=s.PasskeySignInSerializer,
    )
    @refuses(errors.TooManyAttempts)
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        options, ticket = factor_flow.begin_passkey_sign_in(request)
        return Response({"public_key": options, **ticket}, headers={"Cache-Control": "no-store"})


class PasskeySignInView(PublicView):
    @extend_schema(
        operation_id="auth_sign_in_passkey",
        tags=TAG,
        auth=[],
        summary="Sign in with a passkey alone",
        description="The passkey names its person and has checked them: no address, no password.",
        request=s.FinishPasskeySignInSerializer,
        responses=TokensSerializer,
    )
    @refuses(
        errors.FlowRefused,
        errors.SecondFactorRefused,
        errors.AccountSuspended,
        errors.EmailNotVerified,
    )
    def post(self, request: Request) -> Response:
        given = s.FinishPasskeySignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return answer_tokens(factor_flow.finish_passkey_sign_in(request, **given.validated_data))
