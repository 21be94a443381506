"""HTTP of products: parse, one call, answer."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.actor import Actor
from marketplace.core.api import actor_of, honours_if_match, refuses
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.core.errors import Forbidden
from marketplace.core.money import InvalidMoney
from marketplace.products import services
from marketplace.products.api import examples
from marketplace.products.api import serializers as shapes
from marketplace.products.api.versions import etag, expected_version
from marketplace.products.errors import (
    NotASeller,
    ProductTransitionRefused,
    UnknownCategory,
)
from marketplace.products.queries import get_product, list_own_products, list_products
from marketplace.products.queries.get_product import PublicProduct
from marketplace.products.rendering import render_price, render_time
from marketplace.products.repositories.search import BadCursor
from marketplace.products.snapshots import ProductSnapshot
from marketplace.users.errors import ConsentsOutstanding


def render_own(product: ProductSnapshot) -> dict[str, Any]:
    compare = product.compare_price
    return {
        "id": product.id,
        "seller_id": product.seller_id,
        "title": product.title,
        "description": product.description,
        **render_price(
            product.price.amount_minor,
            compare.amount_minor if compare else None,
            product.price.currency,
        ),
        "categories": product.categories,
        "images": product.images,
        "specifications": product.specifications,
        "inventory_count": product.inventory_count,
        "is_featured": product.is_featured,
        "status": product.status,
        "review_reason": product.review_reason,
        "version": product.version,
        "published_at": render_time(product.published_at),
        "created_at": render_time(product.created_at),
        "updated_at": render_time(product.updated_at),
    }


def own_answer(product: ProductSnapshot, http_status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(render_own(product), status=http_status, headers=etag(product.version))


def page_link(request: Request, cursor: str | None) -> str | None:
    """The address of a neighbouring page: this one with another cursor."""
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def checked(serializer: Any) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


class ProductsView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in ("GET", "HEAD") else IsAuthenticated()]

    @extend_schema(
        operation_id="products_list",
        tags=["products"],
        summary="The public catalogue",
        parameters=[shapes.ProductQuerySerializer],
        responses=shapes.ProductPageSerializer,
        examples=[examples.page],
        auth=[],
    )
    @refuses(BadCursor)
    def get(self, request: Request) -> Response:
        wanted = checked(shapes.ProductQuerySerializer(data=request.query_params))
        page = list_products(**wanted)
        return Response(
            {
                "next": page_link(request, page.next_cursor),
                "previous": page_link(request, page.previous_cursor),
                "results": [orjson.Fragment(card) for card in page.cards],
            }
        )

    @extend_schema(
        operation_id="products_create",
        tags=["products"],
        summary="A new draft",
        request=shapes.ProductInputSerializer,
        responses={201: shapes.OwnProductSerializer},
        examples=[examples.listing, examples.own],
    )
    @refuses(NotASeller, UnknownCategory, InvalidMoney)
    def post(self, request: Request) -> Response:
        listing = checked(shapes.ProductInputSerializer(data=request.data))
        product = services.create_product(actor=actor_of(request), listing=listing)
        return own_answer(product, HTTPStatus.CREATED)


class OwnProductsView(APIView):
    @extend_schema(
        operation_id="products_mine_list",
        tags=["products"],
        summary="Your own products, in every status",
        parameters=[shapes.OwnProductQuerySerializer],
        responses=shapes.OwnProductPageSerializer,
        examples=[examples.own_page],
    )
    @refuses(BadCursor)
    def get(self, request: Request) -> Response:
        wanted = checked(shapes.OwnProductQuerySerializer(data=request.query_params))
        page = list_own_products(
            actor=actor_of(request),
            status=wanted.get("status"),
            cursor=wanted.get("cursor"),
            page_size=wanted["page_size"],
        )
        return Response(
            {
                "next": page_link(request, page.next_cursor),
                "previous": page_link(request, page.previous_cursor),
                "results": [render_own(product) for product in page.products],
            }
        )


class ProductView(APIView):
    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in ("GET", "HEAD") else IsAuthenticated()]

    @extend_schema(
        operation_id="products_retrieve",
        tags=["products"],
        summary="A product; its seller sees it in any status",
        responses=shapes.product_as_seen,
        examples=[examples.detail, examples.own],
    )
    def get(self, request: Request, product_id: UUID) -> Response:
        actor: Actor | None = actor_of(request) if request.user.is_authenticated else None
        product = get_product(product_id=product_id, actor=actor)
        if isinstance(product, PublicProduct):
            return Response(orjson.Fragment(product.json), headers=etag(product.version))
        return own_answer(product)

    @extend_schema(
        operation_id="products_update",
        tags=["products"],
        summary="Change a listing of your own",
        request=shapes.ProductChangesSerializer,
        responses=shapes.OwnProductSerializer,
        examples=[examples.changes, examples.own],
    )
    @refuses(UnknownCategory, InvalidMoney)
    @honours_if_match
    def patch(self, request: Request, product_id: UUID) -> Response:
        changes = checked(shapes.ProductChangesSerializer(data=request.data))
        product = services.update_product(
            product_id=product_id,
            actor=actor_of(request),
            changes=changes,
            expected_version=expected_version(request),
        )
        return own_answer(product)

    @extend_schema(
        operation_id="products_delete",
        tags=["products"],
        summary="Delete a listing of your own; orders keep what they need of it",
        responses={204: None},
    )
    @honours_if_match
    def delete(self, request: Request, product_id: UUID) -> Response:
        services.delete_product(
            product_id=product_id,
            actor=actor_of(request),
            expected_version=expected_version(request),
        )
        return Response(status=HTTPStatus.NO_CONTENT)


class PublishView(APIView):
    @extend_schema(
        operation_id="products_publish",
        tags=["products"],
        summary="Offer it: ACTIVE, or UNDER_REVIEW where the marketplace looks first",
        request=NothingSerializer,
        responses=shapes.OwnProductSerializer,
        examples=[examples.nothing, examples.own],
    )
    @refuses(NotASeller, ConsentsOutstanding, ProductTransitionRefused)
    @honours_if_match
    def post(self, request: Request, product_id: UUID) -> Response:
        takes_nothing(request)
        product = services.publish_product(
            product_id=product_id,
            actor=actor_of(request),
            expected_version=expected_version(request),
        )
        return own_answer(product)


class DeactivateView(APIView):
    @extend_schema(
        operation_id="products_deactivate",
        tags=["products"],
        summary="Take it off the catalogue",
        request=NothingSerializer,
        responses=shapes.OwnProductSerializer,
        examples=[examples.nothing, examples.own],
    )
    @refuses(ProductTransitionRefused)
    @honours_if_match
    def post(self, request: Request, product_id: UUID) -> Response:
        takes_nothing(request)
        product = services.deactivate_product(
            product_id=product_id,
            actor=actor_of(request),
            expected_version=expected_version(request),
        )
        return own_answer(product)


class ApproveView(APIView):
    @extend_schema(
        operation_id="products_approve",
        tags=["products"],
        summary="Operators: let a reviewed listing go public",
        request=shapes.ApprovalSerializer,
        responses=shapes.OwnProductSerializer,
        examples=[examples.approval, examples.own],
    )
    @refuses(Forbidden, ProductTransitionRefused)
    @honours_if_match
    def post(self, request: Request, product_id: UUID) -> Response:
        product = services.approve_product(
            product_id=product_id,
            actor=actor_of(request),
            reason=checked(shapes.ApprovalSerializer(data=request.data))["reason"],
            expected_version=expected_version(request),
        )
        return own_answer(product)


class RejectView(APIView):
    @extend_schema(
        operation_id="products_reject",
        tags=["products"],
        summary="Operators: send a reviewed listing back with a reason",
        request=shapes.RejectionSerializer,
        responses=shapes.OwnProductSerializer,
        examples=[examples.rejection, examples.own],
    )
    @refuses(Forbidden, ProductTransitionRefused)
    @honours_if_match
    def post(self, request: Request, product_id: UUID) -> Response:
        product = services.reject_product(
            product_id=product_id,
            actor=actor_of(request),
            reason=checked(shapes.RejectionSerializer(data=request.data))["reason"],
            expected_version=expected_version(request),
        )
        return own_answer(product)
