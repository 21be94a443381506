"""HTTP of categories."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.products.api import examples
from marketplace.products.api import serializers as shapes
from marketplace.products.queries.categories import get_category, list_categories


class CategoriesView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="categories_list",
        tags=["categories"],
        summary="The tree of categories",
        responses=shapes.CategoryTreeSerializer,
        examples=[examples.tree],
        auth=[],
    )
    def get(self, request: Request) -> Response:
        answer = Response({"results": list_categories()})
        answer["Cache-Control"] = "public, max-age=60"
        return answer


class CategoryView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="categories_retrieve",
        tags=["categories"],
        summary="One category, the path to it and what is below it",
        responses=shapes.CategoryDetailSerializer,
        examples=[examples.category],
        auth=[],
    )
    def get(self, request: Request, category_id: UUID) -> Response:
        return Response(get_category(category_id=category_id))
