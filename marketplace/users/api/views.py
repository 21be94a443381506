"""One's own account and profile, and the public cards of others."""

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.refusals import honours_if_match, refuses
from marketplace.core.api.schema import NothingSerializer, problems, takes_nothing
from marketplace.core.api.versions import etag, expected_version
from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.users import queries, services
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.serializers import (
    ProfileSerializer,
    PublicCardSerializer,
    UserSerializer,
)
from marketplace.users.errors import ConsentsOutstanding, PhoneIsProved

TAG = ["users"]


def answer_profile(profile: services.ProfileSnapshot) -> Response:
    return Response(ProfileSerializer(profile).data, headers=etag(profile.version))


class MeView(APIView):
    @extend_schema(
        operation_id="users_me_retrieve",
        tags=TAG,
        summary="One's account",
        responses={200: UserSerializer},
    )
    def get(self, request: Request) -> Response:
        user = queries.get_user(user_id=user_id_of(request))
        return Response(UserSerializer(user).data)

    @extend_schema(
        operation_id="users_me_update",
        tags=TAG,
        summary="Change one's account",
        description=(
            "Send what changes; a read-only field is refused. `phone_number` is kept in E.164 "
            "form; one that is proved is changed by `/api/v1/auth/phone/change/` alone."
        ),
        request=UserSerializer,
        responses={200: UserSerializer, **problems(InvalidInput, PhoneIsProved)},
    )
    def patch(self, request: Request) -> Response:
        serializer = UserSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        user = services.update_user(user_id=user_id_of(request), changes=serializer.validated_data)
        return Response(UserSerializer(user).data)


class MyProfileView(APIView):
    @extend_schema(
        operation_id="users_me_profile_retrieve",
        tags=TAG,
        summary="One's profile",
        responses={200: ProfileSerializer},
    )
    def get(self, request: Request) -> Response:
        return answer_profile(queries.get_profile(user_id=user_id_of(request)))

    @extend_schema(
        operation_id="users_me_profile_update",
        tags=TAG,
        summary="Change one's profile",
        description=(
            "Send what changes; a read-only field is refused. `address` and `social_links` are "
            "replaced as a whole; an address of null is removed. `address` is the default one of "
            "`users/me/addresses/`, without its recipient."
        ),
        request=ProfileSerializer,
        responses={200: ProfileSerializer, **problems(InvalidInput)},
    )
    @honours_if_match
    def patch(self, request: Request) -> Response:
        serializer = ProfileSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        if "address" in changes:
            changes["address"] = dict(changes["address"] or {})
        profile = services.update_profile(
            user_id=user_id_of(request),
            changes=changes,  # type: ignore[arg-type]  # the serializer's fields are its members
            expected_version=expected_version(request),
        )
        return answer_profile(profile)


class BecomeSellerView(APIView):
    @extend_schema(
        operation_id="users_me_become_seller",
        tags=TAG,
        summary="Start to sell",
        description="A buyer keeps buying and may sell from the next request on.",
        request=NothingSerializer,
        responses={200: UserSerializer},
    )
    @refuses(Forbidden, ConsentsOutstanding)
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        user = services.become_seller(user_id=user_id_of(request))
        return Response(UserSerializer(user).data, status=HTTPStatus.OK)


class PublicCardView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="users_card_retrieve",
        tags=TAG,
        auth=[],
        summary="What anyone may know of a user",
        responses={200: PublicCardSerializer, **problems(NotFound)},
    )
    def get(self, request: Request, user_id: UUID) -> Response:
        card = queries.get_public_card(user_id=user_id)
        return Response(PublicCardSerializer(card).data)
