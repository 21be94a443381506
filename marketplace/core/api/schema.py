"""How refusals appear in the OpenAPI document."""

from collections import defaultdict

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from marketplace.core.api.problems import CONTENT_TYPE, STATUS_OF_KIND
from marketplace.core.errors import DomainError


class ProblemFieldSerializer(serializers.Serializer[object]):
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[object]):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text="Where the documentation explains this problem.")
    title = serializers.CharField(help_text="The same for every occurrence.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; act on this one.")
    detail = serializers.CharField(help_text="What happened this time and what to do.")
    request_id = serializers.CharField(allow_blank=True)
    errors = ProblemFieldSerializer(many=True, required=False)


def problems(*errors: type[DomainError]) -> dict[tuple[int, str], OpenApiResponse]:
    """The ``responses`` of ``extend_schema`` for these refusals, one per HTTP status."""
    by_status: dict[int, list[type[DomainError]]] = defaultdict(list)
    for error in errors:
        by_status[int(STATUS_OF_KIND[error.kind])].append(error)
    return {
        (status, CONTENT_TYPE): OpenApiResponse(
            ProblemSerializer,
            description=" · ".join(f"`{e.code}`: {e.title}" for e in group),
            examples=[_example(status, error) for error in group],
        )
        for status, group in sorted(by_status.items())
    }


def _example(status: int, error: type[DomainError]) -> OpenApiExample:
    return OpenApiExample(
        error.code,
        value={
            "type": f"/docs/problems#{error.code}",
            "title": error.title,
            "status": status,
            "code": error.code,
            "detail": error.title,
            "request_id": "0192f3a1c2b34d5e8f60718293a4b5c6",
        },
        media_type=CONTENT_TYPE,
        response_only=True,
        status_codes=[str(status)],
    )
