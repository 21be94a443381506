"""Small real views for the tests of what every view shares."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.authentication import BaseAuthentication
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, IntegerField, Serializer
from rest_framework.views import APIView

from marketplace.core.api import actor_of, honours_if_match, idempotent, key_of, refuses
from marketplace.core.api.parsing import OrjsonParser
from marketplace.core.errors import DomainError, ErrorKind, NotFound, StaleVersion
from marketplace.core.models import OutboxEvent
from marketplace.core.tests import commands

handler400 = "marketplace.core.api.problems.bad_request"
handler403 = "marketplace.core.api.problems.permission_denied"
handler404 = "marketplace.core.api.problems.page_not_found"
handler500 = "marketplace.core.api.problems.server_error"


def user_id_of(request: Request) -> UUID:
    user_id = actor_of(request).user_id
    assert user_id is not None
    return user_id


class HeaderAuthentication(BaseAuthentication):
    """The user named by a header, so that these tests need no tokens."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        user_id = request.headers.get("X-Test-User")
        return (get_user_model().objects.get(pk=user_id), None) if user_id else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TooPoor(DomainError):
    """The wallet does not hold that much."""

    code = "too_poor"
    kind = ErrorKind.RULE
    title = "There is not enough money"


class Input(Serializer[Any]):
    amount = IntegerField(min_value=1)
    note = CharField(required=False)


class EventRow(Serializer[Any]):
    event_id = CharField()


class SampleView(APIView):
    authentication_classes = [HeaderAuthentication]
    serializer_class = Input


class PayOnce(SampleView):
    @idempotent
    @refuses(TooPoor)
    @honours_if_match
    def post(self, request: Request) -> Response:
        body = Input(data=request.data)
        body.is_valid(raise_exception=True)
        payment_id = commands.pay(user_id=user_id_of(request), amount=body.validated_data["amount"])
        return Response({"id": str(payment_id)}, status=201, headers={"ETag": '"1"'})


class PayThroughProvider(SampleView):
    @idempotent(spans_transactions=True)
    def post(self, request: Request) -> Response:
        body = Input(data=request.data)
        body.is_valid(raise_exception=True)
        payment_id = commands.pay_through_provider(
            user_id=user_id_of(request), amount=body.validated_data["amount"], key=key_of(request)
        )
        return Response({"id": str(payment_id)}, status=201)


class Upload(SampleView):
    parser_classes = [MultiPartParser, OrjsonParser]

    @idempotent
    def post(self, request: Request) -> Response:
        commands.pay(user_id=user_id_of(request), amount=1)
        return Response({"names": sorted(request.data)}, status=201)


class Fails(SampleView):
    permission_classes = [AllowAny]

    def get(self, request: Request, how: str) -> Response:
        match how:
            case "domain":
                raise TooPoor("You have 3.00 EUR.", fields={"amount": ["Too much."]}, have="3.00")
            case "missing":
                raise NotFound("order")
            case "stale":
                raise StaleVersion(expected=1, actual=2)
            case _:
                raise RuntimeError("secret innards")


class Me(SampleView):
    def get(self, request: Request) -> Response:
        return Response({"id": str(request.user.pk)})

    def post(self, request: Request) -> Response:
        body = Input(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(body.validated_data)


class Events(ListAPIView[OutboxEvent]):
    authentication_classes = [HeaderAuthentication]
    permission_classes = [AllowAny]
    queryset = OutboxEvent.objects.all()
    serializer_class = EventRow


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret innards")


def thing(request: HttpRequest, thing_id: UUID) -> HttpResponse:
    return HttpResponse(str(thing_id))


urlpatterns = [
    path(
        "api/v1/tests/",
        include(
            [
                path("pay/", PayOnce.as_view()),
                path("pay-through-provider/", PayThroughProvider.as_view()),
                path("upload/", Upload.as_view()),
                path("fails/<str:how>/", Fails.as_view()),
                path("me/", Me.as_view()),
                path("events/", Events.as_view()),
                path("breaks/", breaks),
            ]
        ),
    ),
    path("page-breaks/", breaks),
    path("", include("marketplace.config.urls")),
]
