"""One's picture and addresses."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import idempotent, refuses
from marketplace.core.api.schema import problems
from marketplace.core.errors import InvalidInput
from marketplace.core.uploads import MAX_BYTES, UploadQuotaUsedUp, UploadRefused, UploadsBusy
from marketplace.users import errors, queries, services
from marketplace.users.api import examples
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.serializers import (
    AddressEntrySerializer,
    AddressListSerializer,
    AvatarUploadSerializer,
    ProfileSerializer,
)
from marketplace.users.api.views import TAG, answer_profile


class AvatarView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="users_me_avatar_set",
        tags=TAG,
        summary="Show a picture of yourself",
        description=(
            "The middle square of it is drawn anew in 512 and 96 pixels, without metadata. The "
            "account's `profile_picture` leads to the larger one; the earlier picture is deleted."
        ),
        request={"multipart/form-data": AvatarUploadSerializer},
        responses={200: ProfileSerializer, **problems(InvalidInput)},
        examples=[
            OpenApiExample(
                "A file",
                {"image": "(the bytes of the picture)"},
                request_only=True,
                media_type="multipart/form-data",
            ),
            OpenApiExample("Answer", examples.PROFILE, response_only=True, status_codes=["200"]),
        ],
    )
    @refuses(UploadRefused, UploadQuotaUsedUp, UploadsBusy)
    def put(self, request: Request) -> Response:
        serializer = AvatarUploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        upload: UploadedFile[Any] = serializer.validated_data["image"]
        # One byte more than allowed is enough to refuse it.
        data = upload.read(MAX_BYTES + 1)
        return answer_profile(services.set_avatar(user_id=user_id_of(request), data=data))

    @extend_schema(
        operation_id="users_me_avatar_remove",
        tags=TAG,
        summary="Show no picture of yourself",
        request=None,
        responses={200: ProfileSerializer},
    )
    def delete(self, request: Request) -> Response:
        return answer_profile(services.remove_avatar(user_id=user_id_of(request)))


class AddressesView(APIView):
    @extend_schema(
        operation_id="users_me_addresses_list",
        tags=TAG,
        summary="One's addresses, the default first",
        responses={200: AddressListSerializer},
    )
    def get(self, request: Request) -> Response:
        addresses = queries.list_postal_addresses(user_id=user_id_of(request))
        return Response({"results": AddressEntrySerializer(addresses, many=True).data})

    @extend_schema(
        operation_id="users_me_addresses_add",
        tags=TAG,
        summary="Keep an address",
        description="The first one is the default; another one becomes it by `is_default`.",
        request=AddressEntrySerializer,
        responses={201: AddressEntrySerializer, **problems(InvalidInput)},
    )
    @refuses(errors.TooManyAddresses)
    @idempotent
    def post(self, request: Request) -> Response:
        serializer = AddressEntrySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = dict(serializer.validated_data)
        added = services.add_address(
            user_id=user_id_of(request),
            is_default=wanted.pop("is_default", False),
            address=wanted,
        )
        return Response(AddressEntrySerializer(added).data, status=HTTPStatus.CREATED)


class AddressView(APIView):
    @extend_schema(
        operation_id="users_me_addresses_retrieve",
        tags=TAG,
        summary="One of one's addresses",
        responses={200: AddressEntrySerializer},
    )
    def get(self, request: Request, address_id: UUID) -> Response:
        address = queries.get_postal_address(user_id=user_id_of(request), address_id=address_id)
        return Response(AddressEntrySerializer(address).data)

    @extend_schema(
        operation_id="users_me_addresses_change",
        tags=TAG,
        summary="Change an address",
        description="Send what changes. Orders that were placed keep what they had.",
        request=AddressEntrySerializer,
        responses={200: AddressEntrySerializer, **problems(InvalidInput)},
    )
    def patch(self, request: Request, address_id: UUID) -> Response:
        serializer = AddressEntrySerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        changed = services.change_address(
            user_id=user_id_of(request),
            address_id=address_id,
            is_default=changes.pop("is_default", None),
            changes=changes,
        )
        return Response(AddressEntrySerializer(changed).data)

    @extend_schema(
        operation_id="users_me_addresses_remove",
        tags=TAG,
        summary="Forget an address",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, address_id: UUID) -> Response:
        services.remove_address(user_id=user_id_of(request), address_id=address_id)
        return Response(status=HTTPStatus.NO_CONTENT)
