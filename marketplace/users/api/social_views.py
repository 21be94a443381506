"""Signing in by a provider: who there is, setting out and coming back; connecting and its end."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import NothingSerializer, problems, shown_as, takes_nothing
from marketplace.core.api.step_up import honours_step_up, step_up_of
from marketplace.core.errors import InvalidInput, NotFound, Unavailable
from marketplace.users import errors, queries, services
from marketplace.users.api import examples, social_flow, social_sign_in
from marketplace.users.api.auth_views import PublicView, answer_tokens
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.serializers import TokensSerializer
from marketplace.users.services import noting_refused_step_ups

TAG = ["auth"]
MAX_TOKEN_LENGTH = 8192
BEGINNING = (NotFound, errors.TooManyAttempts, Unavailable)
ENDING = (
    InvalidInput,
    NotFound,
    errors.FlowRefused,
    errors.ProviderProofRefused,
    errors.ProviderUnavailable,
    errors.TooManyAttempts,
    Unavailable,
)
LETTING_IN = (
    *ENDING,
    errors.SignUpNeeded,
    errors.AccountNotConnected,
    errors.AccountSuspended,
    errors.SecondFactorRequired,
)
APPROVING = (errors.StepUpRequired, errors.StepUpRefused)


@shown_as(examples.SOCIAL_PROVIDER)
class ProviderSerializer(serializers.Serializer[object]):
    id = serializers.CharField()
    name = serializers.CharField()
    token = serializers.ChoiceField(
        ["id_token", "access_token"], help_text="What an app on a phone brings to `token/`."
    )


@shown_as({"providers": [examples.SOCIAL_PROVIDER]})
class ProvidersSerializer(serializers.Serializer[object]):
    providers = ProviderSerializer(many=True)


@shown_as(request={"redirect_uri": examples.REDIRECT_URI})
class AuthorizeSerializer(StrictSerializer[object]):
    redirect_uri = serializers.CharField(
        max_length=500, help_text="One of the addresses that the platform allows, to the letter."
    )


class FlowSerializer(serializers.Serializer[object]):
    flow_token = serializers.CharField(
        help_text="Keep it where you keep tokens; it goes into no address."
    )
    expires_in = serializers.IntegerField(help_text="Seconds.")


@shown_as(examples.SOCIAL_DEPARTURE)
class DepartureSerializer(FlowSerializer):
    authorization_url = serializers.CharField(help_text="Send the person's browser there.")


@shown_as(examples.SOCIAL_NONCE)
class NonceSerializer(FlowSerializer):
    nonce = serializers.CharField(help_text="Give it to the provider's kit; the token bears it.")


@shown_as(request=examples.SOCIAL_CALLBACK)
class CallbackSerializer(StrictSerializer[object]):
    """What the browser came back with, and the flow that it set out in."""

    flow_token = serializers.CharField(max_length=200)
    state = serializers.CharField(max_length=200)
    code = serializers.CharField(max_length=MAX_TOKEN_LENGTH)
    iss = serializers.CharField(
        max_length=500, required=False, help_text="Where the provider sends one along."
    )


class OneTokenSerializer(StrictSerializer[object]):
    flow_token = serializers.CharField(max_length=200)
    id_token = serializers.CharField(max_length=MAX_TOKEN_LENGTH, required=False)
    access_token = serializers.CharField(max_length=MAX_TOKEN_LENGTH, required=False)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if len(attrs.keys() & {"id_token", "access_token"}) != 1:
            raise serializers.ValidationError(
                "One of id_token and access_token.", code="one_of_two"
            )
        return attrs


@shown_as(request=examples.SOCIAL_TOKEN)
class TokenSerializer(OneTokenSerializer):
    """What the provider's kit gave an app, and the flow whose nonce it bears."""


@shown_as(examples.CONNECTED_PROVIDER)
class ConnectedSerializer(serializers.Serializer[object]):
    provider = serializers.CharField()
    name = serializers.CharField()
    identity = serializers.CharField(
        allow_blank=True, help_text="The address there, masked; empty where there is none."
    )
    connected_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField()


@shown_as({"accounts": [examples.CONNECTED_PROVIDER]})
class ConnectedListSerializer(serializers.Serializer[object]):
    accounts = ConnectedSerializer(many=True)


class ProvidersView(PublicView):
    @extend_schema(
        operation_id="auth_social_providers",
        tags=TAG,
        auth=[],
        summary="With whom people may sign in besides a password",
        responses={200: ProvidersSerializer},
    )
    def get(self, request: Request) -> Response:
        found = social_flow.list_providers(request._request)  # noqa: SLF001
        return Response({"providers": [social_flow.about(provider) for provider in found]})


class AuthorizeView(PublicView):
    @extend_schema(
        operation_id="auth_social_authorize",
        tags=TAG,
        auth=[],
        summary="Set out for a provider's page, in a browser",
        request=AuthorizeSerializer,
        responses={
            200: DepartureSerializer,
            **problems(
                InvalidInput, errors.RedirectUriRefused, errors.ProviderUnavailable, *BEGINNING
            ),
        },
    )
    def post(self, request: Request, provider: str) -> Response:
        uri = _valid(AuthorizeSerializer, request)["redirect_uri"]
        return _begun(social_sign_in.begin_at_page(request, provider, uri))


class NonceView(PublicView):
    @extend_schema(
        operation_id="auth_social_nonce",
        tags=TAG,
        auth=[],
        summary="Get a nonce for a provider's kit in an app",
        request=NothingSerializer,
        responses={200: NonceSerializer, **problems(InvalidInput, *BEGINNING)},
    )
    def post(self, request: Request, provider: str) -> Response:
        takes_nothing(request)
        return _begun(social_sign_in.begin_in_app(request, provider))


class CallbackView(PublicView):
    @extend_schema(
        operation_id="auth_social_callback",
        tags=TAG,
        auth=[],
        summary="Come back from a provider's page and be signed in",
        description=(
            "A newcomer whose address the provider proves gets an account. An account that is "
            "there is opened only by an identity that its owner has connected."
        ),
        request=CallbackSerializer,
        responses={200: TokensSerializer, **problems(*LETTING_IN)},
    )
    def post(self, request: Request, provider: str) -> Response:
        answer = _valid(CallbackSerializer, request)
        return answer_tokens(social_sign_in.sign_in(request, provider, answer))


class TokenView(PublicView):
    @extend_schema(
        operation_id="auth_social_token",
        tags=TAG,
        auth=[],
        summary="Sign in with a token that an app got from a provider",
        description="Otherwise like coming back from a provider's page.",
        request=TokenSerializer,
        responses={200: TokensSerializer, **problems(*LETTING_IN)},
    )
    def post(self, request: Request, provider: str) -> Response:
        answer = _valid(TokenSerializer, request)
        return answer_tokens(social_sign_in.sign_in(request, provider, answer))


class ConnectView(APIView):
    @extend_schema(
        operation_id="auth_social_connect",
        tags=TAG,
        summary="Set out to connect a provider to your account",
        request=AuthorizeSerializer,
        responses={
            200: DepartureSerializer,
            **problems(
                InvalidInput, errors.RedirectUriRefused, errors.ProviderUnavailable, *BEGINNING
            ),
        },
    )
    def post(self, request: Request, provider: str) -> Response:
        uri = _valid(AuthorizeSerializer, request)["redirect_uri"]
        by = str(user_id_of(request))
        return _begun(social_sign_in.begin_at_page(request, provider, uri, by=by))


class ConnectNonceView(APIView):
    @extend_schema(
        operation_id="auth_social_connect_nonce",
        tags=TAG,
        summary="Get a nonce to connect a provider with an app's own kit",
        request=NothingSerializer,
        responses={200: NonceSerializer, **problems(InvalidInput, *BEGINNING)},
    )
    def post(self, request: Request, provider: str) -> Response:
        takes_nothing(request)
        by = str(user_id_of(request))
        return _begun(social_sign_in.begin_in_app(request, provider, by=by))


CONNECTING = (
    *ENDING,
    *APPROVING,
    errors.AccountSuspended,
    errors.ConnectedToAnother,
    errors.ProviderAlreadyConnected,
)
CONNECTING_NEEDS = (
    "Needs a step-up of the purpose `factor_change` with the details "
    '`{"action": "connect_provider", "provider": "…"}`. A letter tells the owner of the account.'
)


class ConnectCallbackView(APIView):
    @extend_schema(
        operation_id="auth_social_connect_callback",
        tags=TAG,
        summary="Connect whoever came back from a provider's page",
        description=CONNECTING_NEEDS,
        request=CallbackSerializer,
        responses={204: None, **problems(*CONNECTING)},
    )
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request, provider: str) -> Response:
        return _connect(request, provider, _valid(CallbackSerializer, request))


class ConnectTokenView(APIView):
    @extend_schema(
        operation_id="auth_social_connect_token",
        tags=TAG,
        summary="Connect whom a provider's token names",
        description=CONNECTING_NEEDS,
        request=TokenSerializer,
        responses={204: None, **problems(*CONNECTING)},
    )
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request, provider: str) -> Response:
        return _connect(request, provider, _valid(TokenSerializer, request))


class ConnectedListView(APIView):
    @extend_schema(
        operation_id="auth_social_accounts",
        tags=TAG,
        summary="Which providers sign you in",
        responses={200: ConnectedListSerializer},
    )
    def get(self, request: Request) -> Response:
        rows = queries.list_connected_providers(user_id=user_id_of(request))
        return Response({"accounts": ConnectedSerializer(rows, many=True).data})


class ConnectedView(APIView):
    @extend_schema(
        operation_id="auth_social_disconnect",
        tags=TAG,
        summary="Disconnect a provider from your account",
        description=(
            "Needs a step-up of the purpose `factor_change` with the details "
            '`{"action": "disconnect_provider", "provider": "…"}`. The last way to sign in stays.'
        ),
        responses={204: None, **problems(NotFound, errors.LastWayIn, *APPROVING)},
    )
    @honours_step_up
    @noting_refused_step_ups
    def delete(self, request: Request, provider: str) -> Response:
        services.disconnect_provider(
            user_id=user_id_of(request), provider=provider, step_up=step_up_of(request)
        )
        return Response(status=HTTPStatus.NO_CONTENT)


def _valid(kind: type[StrictSerializer[object]], request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    valid: dict[str, Any] = serializer.validated_data
    return valid


def _begun(begun: dict[str, Any]) -> Response:
    response = Response(begun)
    response["Cache-Control"] = "no-store"
    return response


def _connect(request: Request, provider: str, answer: dict[str, Any]) -> Response:
    social_sign_in.connect(
        request, provider, answer, user_id=user_id_of(request), step_up=step_up_of(request)
    )
    return Response(status=HTTPStatus.NO_CONTENT)
