"""To be forgotten."""

from http import HTTPStatus

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.actors import actor_of
from marketplace.core.api.refusals import refuses
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.users import errors, queries, services
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.privacy_serializers import ErasureOutlookSerializer, ErasureSerializer

TAG = ["privacy"]


class ErasureView(APIView):
    @extend_schema(
        operation_id="users_me_erasure_retrieve",
        tags=TAG,
        summary="What stands in the way of being forgotten",
        responses={200: ErasureOutlookSerializer},
    )
    def get(self, request: Request) -> Response:
        outlook = queries.get_erasure_outlook(user_id=user_id_of(request))
        return Response(ErasureOutlookSerializer(outlook).data)

    @extend_schema(
        operation_id="users_me_erasure_create",
        tags=TAG,
        summary="Be forgotten",
        description=(
            "Everything the platform knows of you is erased once the cooling-off is over, except "
            "what law makes it keep; the books keep a number without a name. You are signed out "
            "everywhere, and signing in before `due_at` takes it back. Refused while money or an "
            "order is open: `obstacles` says what must be settled first."
        ),
        request=NothingSerializer,
        responses={202: ErasureSerializer},
    )
    @refuses(errors.ErasureBlocked, errors.ErasureFinished)
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        actor = actor_of(request)
        erasure = services.request_erasure(user_id=user_id_of(request), actor=actor)
        return Response(ErasureSerializer(erasure).data, status=HTTPStatus.ACCEPTED)
