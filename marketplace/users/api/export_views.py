"""The file with one's own data."""

from http import HTTPStatus
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.actors import actor_of
from marketplace.core.api.refusals import refuses
from marketplace.core.api.schema import NothingSerializer, problems, takes_nothing
from marketplace.core.api.step_up import honours_step_up, step_up_of
from marketplace.core.errors import NotFound
from marketplace.users import errors, queries, services
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.factor_views import STEP_UP
from marketplace.users.api.privacy_serializers import ExportSerializer, ExportsSerializer
from marketplace.users.services import noting_refused_step_ups

TAG = ["privacy"]


class ExportsView(APIView):
    @extend_schema(
        operation_id="users_me_exports_list",
        tags=TAG,
        summary="Files with one's data",
        responses={200: ExportsSerializer},
    )
    def get(self, request: Request) -> Response:
        exports = queries.list_exports(user_id=user_id_of(request))
        return Response({"results": ExportSerializer(exports, many=True).data})

    @extend_schema(
        operation_id="users_me_exports_create",
        tags=TAG,
        summary="Ask for everything the platform knows of you",
        description=(
            "A ZIP file with a readable page, JSON for every kind of data, and your own pictures. "
            "A letter says when it is ready; then it can be downloaded until `expires_at`. While "
            "one is being written, the answer is that one."
        ),
        request=NothingSerializer,
        responses={202: ExportSerializer},
    )
    @refuses(errors.TooManyExports, errors.ErasureFinished)
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        export = services.request_export(user_id=user_id_of(request), actor=actor_of(request))
        return Response(ExportSerializer(export).data, status=HTTPStatus.ACCEPTED)


class ExportView(APIView):
    @extend_schema(
        operation_id="users_me_exports_retrieve",
        tags=TAG,
        summary="How far a file is",
        responses={200: ExportSerializer, **problems(NotFound)},
    )
    def get(self, request: Request, export_id: UUID) -> Response:
        export = queries.get_export(export_id=export_id, user_id=user_id_of(request))
        return Response(ExportSerializer(export).data)


class ExportFileView(APIView):
    @extend_schema(
        operation_id="users_me_exports_file",
        tags=TAG,
        summary="Download the file with one's data",
        description=(
            "Nobody else's, and until it expires. Needs a step-up of purpose `privacy` with "
            'details `{"action": "download_export", "export_id": …}`, which is good for one '
            "download."
        ),
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
        examples=[
            OpenApiExample(
                "ZIP",
                value="PK …",
                media_type="application/zip",
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    @refuses(NotFound, *STEP_UP)
    @honours_step_up
    @noting_refused_step_ups
    def get(self, request: Request, export_id: UUID) -> StreamingHttpResponse:
        portions = services.open_export(
            export_id=export_id, user_id=user_id_of(request), step_up=step_up_of(request)
        )
        return StreamingHttpResponse(
            portions,
            content_type="application/zip",
            headers={
                "Content-Disposition": 'attachment; filename="my-data.zip"',
                "Cache-Control": "no-store",
            },
        )
