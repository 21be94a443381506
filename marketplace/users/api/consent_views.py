"""What one agreed to."""

from http import HTTPStatus

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.refusals import refuses
from marketplace.core.api.schema import problems
from marketplace.core.errors import InvalidInput
from marketplace.users import errors, queries, services
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.privacy_serializers import (
    ConsentInputSerializer,
    ConsentSerializer,
    ConsentsSerializer,
    OutstandingSerializer,
    PolicyDocumentsSerializer,
)

TAG = ["privacy"]


class PolicyDocumentsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="users_policy_documents_list",
        tags=TAG,
        auth=[],
        summary="What one agrees to when signing up",
        description="The present version of each document; what is required is sent in `consents`.",
        responses={200: PolicyDocumentsSerializer},
    )
    def get(self, request: Request) -> Response:
        rows = queries.list_policy_documents()
        return Response({"results": OutstandingSerializer(rows, many=True).data})


class ConsentsView(APIView):
    @extend_schema(
        operation_id="users_me_consents_retrieve",
        tags=TAG,
        summary="What one agreed to, and what is asked now",
        description="`outstanding` are documents whose present version was not answered yet.",
        responses={200: ConsentsSerializer},
    )
    def get(self, request: Request) -> Response:
        consents = queries.get_consents(user_id=user_id_of(request))
        return Response(ConsentsSerializer(consents).data)

    @extend_schema(
        operation_id="users_me_consents_create",
        tags=TAG,
        summary="Agree to a document, or take it back",
        description="Every answer is kept with its time. The same answer again adds nothing.",
        request=ConsentInputSerializer,
        responses={201: ConsentSerializer, **problems(InvalidInput)},
    )
    @refuses(errors.ConsentNotCurrent, errors.ConsentRequired)
    def post(self, request: Request) -> Response:
        serializer = ConsentInputSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        consent = services.record_consent(user_id=user_id_of(request), **serializer.validated_data)
        return Response(ConsentSerializer(consent).data, status=HTTPStatus.CREATED)
