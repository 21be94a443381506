"""One's own verification: hand in, follow, withdraw. Judging is done in the admin."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api import actor_of, refuses
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.core.uploads import MAX_BYTES, UploadQuotaUsedUp, UploadRefused, UploadsBusy
from marketplace.users.api.authentication import user_id_of
from marketplace.users.verification import errors, queries, services
from marketplace.users.verification.api import examples
from marketplace.users.verification.api import serializers as shapes

TAG = ["verification"]
CALL = {"id": "evt_1", "reference": "chk_1", "verdict": "PASSED"}


def checked(serializer: Any) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    given: dict[str, Any] = dict(serializer.validated_data)
    return given


def answer(case: queries.CaseSnapshot, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(shapes.CaseSerializer(case).data, status=status)


class OverviewView(APIView):
    @extend_schema(
        operation_id="users_verification_retrieve",
        tags=TAG,
        summary="One's level, its limits and what would lift them",
        responses={200: shapes.OverviewSerializer},
    )
    def get(self, request: Request) -> Response:
        overview = queries.get_overview(user_id=user_id_of(request))
        return Response(shapes.OverviewSerializer(overview).data)


class CasesView(APIView):
    @extend_schema(
        operation_id="users_verification_open",
        tags=TAG,
        summary="Begin to verify a level",
        description=(
            "A draft: state facts, add documents, then hand it in. T1 compares the legal name with "
            "the holder of a bank account; T2 and T3 are looked at by people. The level below "
            "comes first."
        ),
        request=shapes.OpenCaseSerializer,
        responses={201: shapes.CaseSerializer},
    )
    @refuses(errors.CaseOpen, errors.LowerLevelMissing, errors.AlreadyVerified, errors.FactsInvalid)
    def post(self, request: Request) -> Response:
        facts = checked(shapes.OpenCaseSerializer(data=request.data))
        level = facts.pop("level")
        case = services.open_case(actor=actor_of(request), level=level, facts=facts)
        return answer(case, HTTPStatus.CREATED)


class CaseView(APIView):
    @extend_schema(
        operation_id="users_verification_case_retrieve",
        tags=TAG,
        summary="One verification",
        responses={200: shapes.CaseSerializer},
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        return answer(queries.get_case(case_id=case_id, actor=actor_of(request)))

    @extend_schema(
        operation_id="users_verification_case_update",
        tags=TAG,
        summary="State facts",
        description="While it is a draft, or more was asked for.",
        request=shapes.FactsSerializer,
        responses={200: shapes.CaseSerializer},
    )
    @refuses(errors.CaseRefused, errors.FactsInvalid)
    def patch(self, request: Request, case_id: UUID) -> Response:
        facts = checked(shapes.FactsSerializer(data=request.data))
        return answer(services.update_case(case_id=case_id, actor=actor_of(request), facts=facts))


class DocumentsView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="users_verification_add_document",
        tags=TAG,
        summary="Add a document",
        description=(
            "A picture or a PDF of up to 10 MB. It is decoded and drawn anew, kept sealed, and "
            "seen by reviewers alone. A second one of its kind replaces the first."
        ),
        request={"multipart/form-data": shapes.DocumentUploadSerializer},
        responses={201: shapes.CaseSerializer},
        examples=[
            OpenApiExample(
                "The front of a card",
                {"kind": "IDENTITY_FRONT", "file": "(the bytes of the picture)"},
                request_only=True,
                media_type="multipart/form-data",
            ),
            OpenApiExample("Answer", examples.CASE, response_only=True, status_codes=["201"]),
        ],
    )
    @refuses(
        errors.CaseRefused,
        errors.DocumentKindUnknown,
        errors.TooManyUploads,
        UploadRefused,
        UploadQuotaUsedUp,
        UploadsBusy,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        given = checked(shapes.DocumentUploadSerializer(data=request.data))
        case = services.add_document(
            case_id=case_id,
            actor=actor_of(request),
            kind=given["kind"],
            # One byte more than allowed is enough to refuse it.
            data=given["file"].read(MAX_BYTES + 1),
        )
        return answer(case, HTTPStatus.CREATED)


class DocumentView(APIView):
    @extend_schema(
        operation_id="users_verification_remove_document",
        tags=TAG,
        summary="Remove a document",
        description="While the verification is a draft, or more was asked for.",
        responses={200: shapes.CaseSerializer},
    )
    @refuses(errors.CaseRefused)
    def delete(self, request: Request, case_id: UUID, document_id: UUID) -> Response:
        return answer(
            services.remove_document(
                case_id=case_id, document_id=document_id, actor=actor_of(request)
            )
        )


class SubmitView(APIView):
    @extend_schema(
        operation_id="users_verification_submit",
        tags=TAG,
        summary="Hand it in",
        request=NothingSerializer,
        responses={200: shapes.CaseSerializer},
    )
    @refuses(errors.CaseRefused, errors.FactsMissing)
    def post(self, request: Request, case_id: UUID) -> Response:
        takes_nothing(request)
        return answer(services.submit_case(case_id=case_id, actor=actor_of(request)))


class WithdrawView(APIView):
    @extend_schema(
        operation_id="users_verification_withdraw",
        tags=TAG,
        summary="Take it back",
        description="Also from under review. Its files are deleted after a while.",
        request=NothingSerializer,
        responses={200: shapes.CaseSerializer},
    )
    @refuses(errors.CaseRefused)
    def post(self, request: Request, case_id: UUID) -> Response:
        takes_nothing(request)
        return answer(services.withdraw_case(case_id=case_id, actor=actor_of(request)))


class RawBodyParser(BaseParser):
    """Reads nothing: the signature is of the bytes as they came."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return {}


class StartServiceView(APIView):
    @extend_schema(
        operation_id="users_verification_start_service",
        tags=TAG,
        summary="Be verified by an outside service",
        description=(
            "Where `services` of the overview names one: answers where the person goes. Asked "
            "again after a lost answer, the same check goes on."
        ),
        request=shapes.StartServiceSerializer,
        responses={200: shapes.ServiceUrlSerializer},
    )
    @refuses(
        errors.CaseRefused,
        errors.FactsMissing,
        errors.ServiceNotOffered,
        errors.ServiceUnavailable,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        given = checked(shapes.StartServiceSerializer(data=request.data))
        url = services.start_service_check(
            case_id=case_id, actor=actor_of(request), return_url=given["return_url"]
        )
        return Response({"url": url})


class ServiceCallView(APIView):
    """Called by services, not by people: the signature is all the authentication there is."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (RawBodyParser,)

    @extend_schema(
        operation_id="users_verification_service_call",
        tags=["webhooks"],
        auth=[],
        summary="A verification service tells an outcome",
        description="Signed; stored before it counts. The same call again changes nothing.",
        request={"application/json": OpenApiTypes.OBJECT},
        responses={204: None},
        examples=[OpenApiExample("Passed", value=CALL, request_only=True)],
    )
    @refuses(errors.CallbackRefused, errors.ServiceNotOffered)
    def post(self, request: Request, service: str) -> Response:
        services.receive_service_call(
            service=service, body=request.body, headers=dict(request.headers)
        )
        return Response(status=HTTPStatus.NO_CONTENT)
