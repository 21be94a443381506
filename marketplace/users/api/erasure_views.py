"""To be forgotten."""

from http import HTTPStatus

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.api.actors import actor_of
from marketplace.core.api.refusals import refuses
from marketplace.core.api.schema import NothingSerializer, takes_nothing
from marketplace.core.api.step_up import honours_step_up, step_up_of
from marketplace.users import errors, queries, services
from marketplace.users.api.authentication import user_id_of
from marketplace.users.api.factor_views import STEP_UP
from marketplace.users.api.privacy_serializers import ErasureOutlookSerializer, ErasureSerializer
from marketplace.users.services import noting_refused_step_ups

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
            "Needs a step-up of purpose `privacy` with details "
            '`{"action": "erase_account"}`. '
            "Everything the platform knows of you is erased once the cooling-off is over, except "
            "what law makes it keep; the books keep a number without a name. You are signed out "
            "everywhere, and signing in before `due_at` takes it back. Refused while money or an "
            "order is open: `obstacles` says what must be settled first."
        ),
        request=NothingSerializer,
        responses={202: ErasureSerializer},
    )
    @refuses(*STEP_UP, errors.ErasureBlocked, errors.ErasureFinished)
    @honours_step_up
    @noting_refused_step_ups
    def post(self, request: Request) -> Response:
        takes_nothing(request)
        erasure = services.request_erasure(
            user_id=user_id_of(request), actor=actor_of(request), step_up=step_up_of(request)
        )
        return Response(ErasureSerializer(erasure).data, status=HTTPStatus.ACCEPTED)
