"""Sign-up, sign-in and passwords: clean paths over allauth's flows (ADR 0011)."""

from http import HTTPStatus

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.schema import NothingSerializer, problems, takes_nothing
from marketplace.core.errors import InvalidInput
from marketplace.users import errors, queries, services
from marketplace.users.api import sign_in_flow
from marketplace.users.api.authentication import sign_in_of, user_id_of
from marketplace.users.api.serializers import (
    ChangePasswordSerializer,
    EmailSerializer,
    KeySerializer,
    MessageSerializer,
    RefreshSerializer,
    ResetPasswordSerializer,
    SignInSerializer,
    SignUpSerializer,
    TokensSerializer,
    UserSerializer,
)
from marketplace.users.snapshots import SignInTokens

TAG = ["auth"]
LETTER_SENT = {"detail": "If the address can be used, a letter is on its way to it."}


def answer_tokens(tokens: SignInTokens) -> Response:
    response = Response(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "token_type": "Bearer",
            "expires_in": tokens.expires_in_seconds,
            "user": UserSerializer(tokens.user).data,
        }
    )
    # RFC 6749 §5.1: no cache may keep tokens.
    response["Cache-Control"] = "no-store"
    return response


class PublicView(APIView):
    """Open to everyone; a bearer token, good or bad, makes no difference."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class SignUpView(PublicView):
    @extend_schema(
        operation_id="auth_sign_up",
        tags=TAG,
        auth=[],
        summary="Sign up as a buyer or a seller",
        description=(
            "Sends a letter with a key that verifies the address. The answer is the same whether "
            "or not the address has an account."
        ),
        request=SignUpSerializer,
        responses={
            202: MessageSerializer,
            **problems(InvalidInput, errors.PasswordRefused, errors.TooManyAttempts),
        },
    )
    def post(self, request: Request) -> Response:
        sign_in_flow.limit(request, "signup")
        serializer = SignUpSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.sign_up(**serializer.validated_data)
        return Response(LETTER_SENT, status=HTTPStatus.ACCEPTED)


class VerifyEmailView(PublicView):
    @extend_schema(
        operation_id="auth_verify_email",
        tags=TAG,
        auth=[],
        summary="Verify an email address with the key from the letter",
        request=KeySerializer,
        responses={200: MessageSerializer, **problems(InvalidInput, errors.KeyRefused)},
    )
    def post(self, request: Request) -> Response:
        serializer = KeySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.verify_email(**serializer.validated_data)
        return Response({"detail": "The email address is verified. Sign in."})


class ResendVerificationView(PublicView):
    @extend_schema(
        operation_id="auth_resend_verification",
        tags=TAG,
        auth=[],
        summary="Ask for the verification letter again",
        description="At most one letter per address in three minutes, and always the same answer.",
        request=EmailSerializer,
        responses={
            202: MessageSerializer,
            **problems(InvalidInput, errors.TooManyAttempts),
        },
    )
    def post(self, request: Request) -> Response:
        sign_in_flow.limit(request, "resend_verification")
        serializer = EmailSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        email = serializer.validated_data["email"]
        if sign_in_flow.may_write_to(email):
            services.resend_verification(email=email)
        return Response(LETTER_SENT, status=HTTPStatus.ACCEPTED)


class SignInView(PublicView):
    @extend_schema(
        operation_id="auth_sign_in",
        tags=TAG,
        auth=[],
        summary="Sign in with email and password",
        description=(
            "An unknown address and a wrong password are refused alike. That an address is not "
            "verified, or an account suspended, is said only after the right password."
        ),
        request=SignInSerializer,
        responses={
            200: TokensSerializer,
            **problems(
                InvalidInput,
                errors.WrongCredentials,
                errors.EmailNotVerified,
                errors.AccountSuspended,
                errors.TooManyAttempts,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        serializer = SignInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        tokens = sign_in_flow.sign_in(request, **serializer.validated_data)
        return answer_tokens(tokens)


class RefreshView(PublicView):
    @extend_schema(
        operation_id="auth_refresh",
        tags=TAG,
        auth=[],
        summary="Swap a refresh token for a fresh pair",
        description=(
            "Each refresh token works once. A second use ends the whole sign-in, on every "
            "holder's side: refresh once at a time."
        ),
        request=RefreshSerializer,
        responses={
            200: TokensSerializer,
            **problems(InvalidInput, errors.RefreshTokenRefused, errors.AccountSuspended),
        },
    )
    def post(self, request: Request) -> Response:
        serializer = RefreshSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return answer_tokens(services.refresh_sign_in(**serializer.validated_data))


class SignOutView(APIView):
    @extend_schema(
        operation_id="auth_sign_out",
        tags=TAG,
        summary="Sign out on this device",
        description="The access token of this request and its refresh token are refused at once.",
        request=NothingSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        services.end_sign_in(user_id=user_id_of(request), sign_in_id=sign_in_of(request).sign_in_id)
        return Response(status=HTTPStatus.NO_CONTENT)


class WhoAmIView(APIView):
    @extend_schema(
        operation_id="auth_me_retrieve",
        tags=TAG,
        summary="Who the access token belongs to",
        responses={200: UserSerializer},
    )
    def get(self, request: Request) -> Response:
        return Response(UserSerializer(queries.get_user(user_id=user_id_of(request))).data)


class ChangePasswordView(APIView):
    @extend_schema(
        operation_id="auth_change_password",
        tags=TAG,
        summary="Change the password; other devices are signed out",
        request=ChangePasswordSerializer,
        responses={
            204: None,
            **problems(
                InvalidInput,
                errors.PasswordRefused,
                errors.WrongPassword,
                errors.TooManyAttempts,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        sign_in_flow.limit(request, "change_password")
        serializer = ChangePasswordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.change_password(
            user_id=user_id_of(request),
            sign_in_id=sign_in_of(request).sign_in_id,
            **serializer.validated_data,
        )
        return Response(status=HTTPStatus.NO_CONTENT)


class RequestPasswordResetView(PublicView):
    @extend_schema(
        operation_id="auth_request_password_reset",
        tags=TAG,
        auth=[],
        summary="Ask for a letter that lets one choose a new password",
        request=EmailSerializer,
        responses={
            202: MessageSerializer,
            **problems(InvalidInput, errors.TooManyAttempts),
        },
    )
    def post(self, request: Request) -> Response:
        serializer = EmailSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        email = serializer.validated_data["email"]
        sign_in_flow.limit(request, "reset_password", key=email)
        services.request_password_reset(email=email)
        return Response(LETTER_SENT, status=HTTPStatus.ACCEPTED)


class ResetPasswordView(PublicView):
    @extend_schema(
        operation_id="auth_reset_password",
        tags=TAG,
        auth=[],
        summary="Choose a new password with the key from the letter",
        description="Every device is signed out, and the address counts as verified.",
        request=ResetPasswordSerializer,
        responses={
            204: None,
            **problems(
                InvalidInput,
                errors.PasswordRefused,
                errors.KeyRefused,
                errors.TooManyAttempts,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        sign_in_flow.limit(request, "reset_password_from_key")
        serializer = ResetPasswordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.reset_password(**serializer.validated_data)
        return Response(status=HTTPStatus.NO_CONTENT)
