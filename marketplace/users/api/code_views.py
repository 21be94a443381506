"""One-time codes: signing in with one, signing up by telephone, changing address and number."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.schema import problems, shown_as
from marketplace.core.api.step_up import honours_step_up, step_up_of
from marketplace.core.errors import InvalidInput
from marketplace.core.sms import TextsOff, TextsUsedUp
from marketplace.users import errors, services
from marketplace.users.api import code_flow, examples
from marketplace.users.api.auth_views import PublicView, answer_tokens
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.factor_serializers import FlowTokenSerializer
from marketplace.users.api.fields import EmailField, PhoneNumberField, TextField
from marketplace.users.api.serializers import ConsentsField, TokensSerializer
from marketplace.users.api.sign_in_flow import limit
from marketplace.users.models import UserType
from marketplace.users.sign_in_flows import OpenFlow

TAG = ["auth"]
PROVING = (InvalidInput, errors.FlowRefused, errors.CodeRefused, errors.TooManyAttempts)
SENDING = (InvalidInput, errors.TooManyAttempts, TextsOff, TextsUsedUp)
APPROVED = (*PROVING, errors.StepUpRequired, errors.StepUpRefused)
NUMBER = (errors.PhoneTaken, errors.PhoneProvedTooOften)


@shown_as(request={"email": examples.EMAIL})
class RequestCodeSerializer(StrictSerializer[dict[str, str]]):
    """One of the two."""

    email = EmailField(required=False)
    phone_number = PhoneNumberField(required=False)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                "Send email or phone_number, one of them.", code="one_of_them"
            )
        return attrs


@shown_as(examples.FLOW)
class FlowSerializer(serializers.Serializer[object]):
    flow_token = serializers.CharField(help_text="Send it with the code. Good for five tries.")
    expires_in = serializers.IntegerField(help_text="Seconds.")


@shown_as(request={"flow_token": examples.FLOW_TOKEN, "code": "402817"})
class CodeSerializer(StrictSerializer[object]):
    flow_token = serializers.CharField(max_length=100)
    code = serializers.CharField(max_length=20)


@shown_as(request={"phone_number": "+254712345678", "first_name": "Buyer", "user_type": "BUYER"})
class PhoneSignUpSerializer(StrictSerializer[object]):
    phone_number = PhoneNumberField()
    first_name = TextField(max_length=100)
    last_name = TextField(max_length=100, required=False, allow_blank=True)
    user_type = serializers.ChoiceField(
        [UserType.BUYER.value, UserType.SELLER.value], required=False, default=UserType.BUYER.value
    )
    consents = ConsentsField(required=False)


@shown_as(request={"email": "new@example.com"})
class NewEmailSerializer(StrictSerializer[object]):
    email = EmailField()


@shown_as(request={"phone_number": "+254712345678"})
class NewPhoneSerializer(StrictSerializer[object]):
    phone_number = PhoneNumberField()


class RequestCodeView(PublicView):
    @extend_schema(
        operation_id="auth_code_request",
        tags=TAG,
        auth=[],
        summary="Ask for a one-time code by letter or text, to sign in with",
        description=(
            "The address must be verified, or the number proved. Of others the answer is the same, "
            "and their reader is told that there is no account."
        ),
        request=RequestCodeSerializer,
        responses={202: FlowSerializer, **problems(*SENDING)},
    )
    def post(self, request: Request) -> Response:
        return _sent(code_flow.request_code(request, **_valid(RequestCodeSerializer, request)))


class ResendCodeView(PublicView):
    @extend_schema(
        operation_id="auth_code_resend",
        tags=TAG,
        auth=[],
        summary="Have the code sent again",
        description=(
            "For every `flow_token` that came with a code: signing in or up, changing the address "
            "or the number. It is the same code, for what is left of its ten minutes, and one more "
            "message to the same address: three in ten minutes, ten a day."
        ),
        request=FlowTokenSerializer,
        responses={202: FlowSerializer, **problems(errors.FlowRefused, *SENDING)},
    )
    def post(self, request: Request) -> Response:
        return _sent(code_flow.resend_code(request, **_valid(FlowTokenSerializer, request)))


class ConfirmCodeView(PublicView):
    @extend_schema(
        operation_id="auth_code_confirm",
        tags=TAG,
        auth=[],
        summary="Sign in with the code",
        request=CodeSerializer,
        responses={
            200: TokensSerializer,
            **problems(*PROVING, errors.AccountSuspended, errors.SecondFactorRequired),
        },
    )
    def post(self, request: Request) -> Response:
        return answer_tokens(code_flow.confirm_code(request, **_valid(CodeSerializer, request)))


class PhoneSignUpView(PublicView):
    @extend_schema(
        operation_id="auth_phone_sign_up",
        tags=TAG,
        auth=[],
        summary="Sign up with a telephone number",
        description=(
            "Sends a code. There is no account before the code is confirmed; a number that has one "
            "is told so by text, and the answer is the same."
        ),
        request=PhoneSignUpSerializer,
        responses={202: FlowSerializer, **problems(*SENDING)},
    )
    def post(self, request: Request) -> Response:
        person = _valid(PhoneSignUpSerializer, request)
        limit(request, "signup")
        limit(request, "request_code", key=person["phone_number"])
        return _sent(_ticket(services.send_sign_up_code(**person)))


class ConfirmPhoneSignUpView(PublicView):
    @extend_schema(
        operation_id="auth_phone_sign_up_confirm",
        tags=TAG,
        auth=[],
        summary="Make the account with the code, and sign in",
        request=CodeSerializer,
        responses={201: TokensSerializer, **problems(*PROVING, *NUMBER)},
    )
    def post(self, request: Request) -> Response:
        tokens = code_flow.sign_up_by_phone(request, **_valid(CodeSerializer, request))
        response = answer_tokens(tokens)
        response.status_code = HTTPStatus.CREATED
        return response


class ChangeEmailView(APIView):
    @extend_schema(
        operation_id="auth_email_change",
        tags=TAG,
        summary="Ask for a code at the address that is to be yours",
        request=NewEmailSerializer,
        responses={202: FlowSerializer, **problems(InvalidInput, errors.TooManyAttempts)},
    )
    def post(self, request: Request) -> Response:
        email = _valid(NewEmailSerializer, request)["email"]
        limit(request, "change_address")
        limit(request, "request_code", key=email)
        flow = services.send_email_code(user_id=user_id_of(request), email=email)
        return _sent(_ticket(flow))


class ConfirmEmailView(APIView):
    @extend_schema(
        operation_id="auth_email_change_confirm",
        tags=TAG,
        summary="Change the email address with the code; the old one is told",
        description=("Approved by a step-up of the purpose `email_change`."),
        request=CodeSerializer,
        responses={204: None, **problems(*APPROVED, errors.EmailTaken)},
    )
    @honours_step_up
    def post(self, request: Request) -> Response:
        proof = _valid(CodeSerializer, request)
        limit(request, "confirm_code", key=str(user_id_of(request)))
        services.change_email(user_id=user_id_of(request), step_up=step_up_of(request), **proof)
        return Response(status=HTTPStatus.NO_CONTENT)


class ChangePhoneView(APIView):
    @extend_schema(
        operation_id="auth_phone_change",
        tags=TAG,
        summary="Ask for a code at the telephone number that is to be yours",
        request=NewPhoneSerializer,
        responses={202: FlowSerializer, **problems(*SENDING)},
    )
    def post(self, request: Request) -> Response:
        number = _valid(NewPhoneSerializer, request)["phone_number"]
        limit(request, "change_address")
        limit(request, "request_code", key=number)
        flow = services.send_phone_code(user_id=user_id_of(request), phone_number=number)
        return _sent(_ticket(flow))


class ConfirmPhoneView(APIView):
    @extend_schema(
        operation_id="auth_phone_change_confirm",
        tags=TAG,
        summary="Prove the telephone number with the code",
        description=(
            "From now on a code to this number signs you in. Approved by a step-up of the purpose "
            "`phone_change`."
        ),
        request=CodeSerializer,
        responses={204: None, **problems(*APPROVED, *NUMBER)},
    )
    @honours_step_up
    def post(self, request: Request) -> Response:
        proof = _valid(CodeSerializer, request)
        limit(request, "confirm_code", key=str(user_id_of(request)))
        services.change_phone(user_id=user_id_of(request), step_up=step_up_of(request), **proof)
        return Response(status=HTTPStatus.NO_CONTENT)


def _valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    valid: dict[str, Any] = given.validated_data
    return valid


def _ticket(flow: OpenFlow) -> dict[str, Any]:
    return {"flow_token": flow.token, "expires_in": flow.expires_in_seconds}


def _sent(ticket: dict[str, Any]) -> Response:
    response = Response(ticket, status=HTTPStatus.ACCEPTED)
    response["Cache-Control"] = "no-store"
    return response
