"""HTTP of a product's pictures."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, honours_if_match, refuses
from marketplace.core.uploads import UploadQuotaUsedUp, UploadsBusy
from marketplace.products import pictures, services
from marketplace.products.api import examples
from marketplace.products.api import serializers as shapes
from marketplace.products.api.versions import expected_version
from marketplace.products.api.views import checked, own_answer
from marketplace.products.errors import (
    ImageRefused,
    TooManyImages,
)


class ImagesView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="products_add_image",
        tags=["products"],
        summary="Add a picture",
        description="Checked by content, decoded and written anew as WebP without metadata.",
        request={"multipart/form-data": shapes.ImageUploadSerializer},
        responses={201: shapes.OwnProductSerializer},
        examples=[examples.picture, examples.own],
    )
    @refuses(ImageRefused, TooManyImages, UploadQuotaUsedUp, UploadsBusy)
    @honours_if_match
    def post(self, request: Request, product_id: UUID) -> Response:
        upload: UploadedFile[Any] = checked(shapes.ImageUploadSerializer(data=request.data))[
            "image"
        ]
        product = services.add_image(
            product_id=product_id,
            actor=actor_of(request),
            # One byte more than allowed is enough to refuse it.
            data=upload.read(pictures.MAX_BYTES + 1),
            expected_version=expected_version(request),
        )
        return own_answer(product, HTTPStatus.CREATED)


class ImageOrderView(APIView):
    @extend_schema(
        operation_id="products_order_images",
        tags=["products"],
        summary="Put the pictures in order; the first is the listing's face",
        request=shapes.ImageOrderSerializer,
        responses=shapes.OwnProductSerializer,
        examples=[examples.image_order, examples.own],
    )
    @honours_if_match
    def put(self, request: Request, product_id: UUID) -> Response:
        product = services.order_images(
            product_id=product_id,
            actor=actor_of(request),
            image_ids=checked(shapes.ImageOrderSerializer(data=request.data))["image_ids"],
            expected_version=expected_version(request),
        )
        return own_answer(product)


class ImageView(APIView):
    @extend_schema(
        operation_id="products_remove_image",
        tags=["products"],
        summary="Remove a picture",
        responses={200: shapes.OwnProductSerializer},
        examples=[examples.own],
    )
    @honours_if_match
    def delete(self, request: Request, product_id: UUID, image_id: UUID) -> Response:
        product = services.remove_image(
            product_id=product_id,
            image_id=image_id,
            actor=actor_of(request),
            expected_version=expected_version(request),
        )
        return own_answer(product)
