"""Where somebody is signed in, and signing out there."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.input import PageQuerySerializer, StrictSerializer
from marketplace.core.api.schema import problems, shown_as
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.users import queries, services
from marketplace.users.api import examples
from marketplace.users.api.authentication import sign_in_of, user_id_of
from marketplace.users.devices import device_words
from marketplace.users.models import SignIn

TAG = ["auth"]


@shown_as(examples.SESSION)
class SessionSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    device = serializers.CharField(help_text="In words, from what the client calls itself.")
    ip_address = serializers.IPAddressField(
        allow_null=True, help_text="Where it signed in from; only you are shown it."
    )
    created_at = serializers.DateTimeField()
    refreshed_at = serializers.DateTimeField(help_text="When it last fetched fresh tokens.")
    expires_at = serializers.DateTimeField(help_text="When it has to sign in again.")
    is_current = serializers.BooleanField(help_text="Whether this request comes from it.")


@shown_as(request={"keep_this_device": True})
class EndSessionsSerializer(StrictSerializer[object]):
    keep_this_device = serializers.BooleanField(
        help_text="true: sign out all others; false: sign out here as well."
    )


@shown_as({"ended": 3})
class EndedSessionsSerializer(serializers.Serializer[object]):
    ended = serializers.IntegerField(help_text="How many devices were signed out.")


class SessionListView(GenericAPIView[Any]):
    queryset = SignIn.objects.none()
    serializer_class = SessionSerializer
    filter_backends = ()

    @extend_schema(
        operation_id="auth_sessions_list",
        tags=TAG,
        summary="Where you are signed in, newest first",
        parameters=[PageQuerySerializer],
        responses=SessionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        PageQuerySerializer(data=request.query_params).is_valid(raise_exception=True)
        rows = queries.list_sign_ins(user_id=user_id_of(request))
        page = self.paginate_queryset(rows) or ()
        current = sign_in_of(request).sign_in_id
        return self.get_paginated_response([_session(row, current) for row in page])


class SessionView(APIView):
    @extend_schema(
        operation_id="auth_sessions_end",
        tags=TAG,
        summary="Sign one device out",
        description="Its access token and its refresh token are refused at once.",
        responses={204: None, **problems(NotFound)},
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        services.end_session(user_id=user_id_of(request), sign_in_id=session_id)
        return Response(status=HTTPStatus.NO_CONTENT)


class EndSessionsView(APIView):
    @extend_schema(
        operation_id="auth_sessions_end_all",
        tags=TAG,
        summary="Sign out everywhere, or everywhere else",
        request=EndSessionsSerializer,
        responses={200: EndedSessionsSerializer, **problems(InvalidInput)},
    )
    def post(self, request: Request) -> Response:
        serializer = EndSessionsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        keep = serializer.validated_data["keep_this_device"]
        ended = services.end_sessions(
            user_id=user_id_of(request),
            but=sign_in_of(request).sign_in_id if keep else None,
        )
        return Response({"ended": ended})


def _session(row: Mapping[str, Any], current: UUID) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name != "user_agent"}
    return {
        **shown,
        "device": device_words(row["user_agent"]),
        "is_current": row["id"] == current,
    }
