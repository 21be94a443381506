"""The OpenAPI document's knowledge of what every operation shares.

Error answers (problem documents, with the codes an operation may give as examples), the
``Idempotency-Key`` and ``If-Match`` headers: all drawn from what the view declares anyway.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from marketplace.core.api.idempotency import (
    IdempotencyKeyInFlight,
    IdempotencyKeyInvalid,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
)
from marketplace.core.api.input import StrictSerializer
from marketplace.core.api.pagination import CursorPage, InvalidCursor
from marketplace.core.api.problems import (
    CATALOGUE,
    CONTENT_TYPE,
    FRAMEWORK_PROBLEMS,
    STATUS_OF_KIND,
    ProblemType,
)
from marketplace.core.api.step_up import StepUpHeaderInvalid
from marketplace.core.errors import DomainError, StaleVersion

REQUEST_ID_EXAMPLE = "0198c0de-7a11-7000-8000-0123456789ab"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": (
        "Your own name for this request, such as a UUID. Sent again with the same key, the request "
        "answers what it answered first and does nothing new."
    ),
    "example": "6b2f1f0e-5a55-4f0e-9f0a-2f1f0e5a554f",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The `ETag` you last read. If the object has changed since: 412.",
    "example": '"3"',
}
STEP_UP = {
    "name": "Step-Up",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": (
        "The id of a confirmed step-up for exactly this request; without one: 403 "
        "`step_up_required`."
    ),
    "example": "0199a000-0000-7000-8000-0000000000c1",
}


ETAG = {
    "schema": {"type": "string"},
    "description": "The version that this answer shows; send it as `If-Match`.",
}
REPLAYED = {
    "schema": {"type": "string", "enum": ["true"]},
    "description": "There when this is the first answer again.",
}
RETRY_AFTER = {
    "schema": {"type": "string"},
    "description": "After how many seconds to try again, where it is known.",
}


class ProblemFieldSerializer(serializers.Serializer[object]):
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[object]):
    """What went wrong (RFC 9457). Decide by `code`: it is stable."""

    type = serializers.CharField(help_text="Where the documentation explains this problem.")
    title = serializers.CharField(help_text="The same for every occurrence.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; act on this one.")
    detail = serializers.CharField(help_text="What happened this time and what to do.")
    request_id = serializers.CharField(allow_blank=True, help_text="To be quoted to support.")
    errors = ProblemFieldSerializer(  # type: ignore[assignment]
        many=True, required=False, help_text="The members of the input at fault."
    )
    retry_after_seconds = serializers.IntegerField(required=False)
    flow_token = serializers.CharField(
        required=False, help_text="Where a sign-in needs another step: go on with it."
    )
    factors = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="With what one may go on, such as `totp`.",
    )
    expires_in = serializers.IntegerField(
        required=False, help_text="For how many seconds the `flow_token` is good."
    )


SUCCESSES = ("200", "201", "202")
C = TypeVar("C", bound=type[serializers.BaseSerializer[Any]])


def shown_as(answer: Any = None, *, request: Any = None) -> Callable[[C], C]:
    """Give a serializer the example that the document shows wherever it answers, or is asked for.

    Of a serializer that a list shows, the example is one row.
    """
    examples = []
    if answer is not None:
        examples.append(
            OpenApiExample("Answer", value=answer, response_only=True, status_codes=SUCCESSES)
        )
    if request is not None:
        examples.append(OpenApiExample("Request", value=request, request_only=True))

    def give(serializer: C) -> C:
        decorated: C = extend_schema_serializer(examples=examples)(serializer)
        return decorated

    return give


@shown_as(request={})
class NothingSerializer(StrictSerializer[Any]):
    """No body, or an empty object: the address says it all."""


def takes_nothing(request: Request) -> None:
    """Refuse members in the body of a request that is complete without one."""
    NothingSerializer(data=request.data).is_valid(raise_exception=True)


def problems(*errors: type[DomainError]) -> dict[tuple[int, str], OpenApiResponse]:
    """The ``responses`` of ``extend_schema`` for these refusals, one per HTTP status.

    ``@refuses`` says the same with less; this is for a view whose other answers are listed, too.
    """
    by_status: dict[int, list[type[DomainError]]] = defaultdict(list)
    for error in errors:
        by_status[int(STATUS_OF_KIND[error.kind])].append(error)
    return {
        (status, CONTENT_TYPE): OpenApiResponse(
            ProblemSerializer,
            description="\n".join(f"- `{error.code}`: {error.title}" for error in group),
            examples=[
                OpenApiExample(
                    error.code,
                    value=_example(ProblemType(error.code, status, error.title)),
                    media_type=CONTENT_TYPE,
                    response_only=True,
                    status_codes=[str(status)],
                )
                for error in group
            ],
        )
        for status, group in sorted(by_status.items())
    }


class ProblemAwareSchema(AutoSchema):
    """drf-spectacular's view inspector, with the platform's conventions added."""

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        named = {parameter["name"] for parameter in parameters}
        for wanted, extra in (
            (self._is_idempotent, IDEMPOTENCY_KEY),
            (self._honours_if_match, IF_MATCH),
            (self._honours_step_up, STEP_UP),
        ):
            if wanted and extra["name"] not in named:
                parameters.append(dict(extra))
        return parameters

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        for number, rows in sorted(self._problems_by_status().items()):
            _add(responses.setdefault(str(number), self._problem_response(number)), rows)
        for status, response in responses.items():
            if headers := self._headers_of(status, response):
                response.setdefault("headers", {}).update(headers)
        return responses

    def _headers_of(self, status: str, response: dict[str, Any]) -> dict[str, Any]:
        headers = {}
        if status.startswith("2"):
            if self._honours_if_match and "content" in response:
                headers["ETag"] = ETAG
            if self._is_idempotent:
                headers["Idempotent-Replayed"] = REPLAYED
        elif status in {"429", "503"}:
            headers["Retry-After"] = RETRY_AFTER
        return headers

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if "oneOf" in schema and getattr(field, "allow_blank", False):
            # An empty text may fit the other form, too: formats are only notes.
            schema["anyOf"] = schema.pop("oneOf")

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(  # type: ignore[no-untyped-call]
            serializer, direction
        )
        if not type(serializer).__dict__.get("__doc__"):
            # What a base class says is for those who derive from it.
            schema.pop("description", None)
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema

    @property
    def _handler(self) -> Any:
        action = getattr(self.view, "action", None) or self.method.lower()
        return getattr(self.view, action, None)

    @property
    def _is_idempotent(self) -> bool:
        return bool(getattr(self._handler, "is_idempotent", False))

    @property
    def _honours_if_match(self) -> bool:
        return bool(getattr(self._handler, "honours_if_match", False))

    @property
    def _honours_step_up(self) -> bool:
        return bool(getattr(self._handler, "honours_step_up", False))

    def _problems_by_status(self) -> dict[int, list[ProblemType]]:
        problems = {code: FRAMEWORK_PROBLEMS[code] for code in self._framework_codes()}
        for error in self._domain_errors():
            problems.setdefault(
                error.code,
                ProblemType(error.code, int(STATUS_OF_KIND[error.kind]), error.title),
            )
        by_status: dict[int, list[ProblemType]] = defaultdict(list)
        for problem in problems.values():
            by_status[problem.status].append(problem)
        return by_status

    def _framework_codes(self) -> list[str]:
        codes = ["bad_request"]
        if self.method in {"POST", "PUT", "PATCH"}:
            codes += ["invalid_input", "parse_error", "body_too_large", "unsupported_media_type"]
        if self.view.get_authenticators():
            codes.append("authentication_failed")
        permissions = self.view.get_permissions()
        if any(isinstance(permission, IsAuthenticated) for permission in permissions):
            codes.append("not_authenticated")
        if any(
            type(permission).__module__ != "rest_framework.permissions"
            for permission in permissions
        ):
            codes += ["not_authenticated", "forbidden"]
        if "{" in self.path:
            codes.append("not_found")
        return codes

    def _domain_errors(self) -> list[type[DomainError]]:
        errors = list(getattr(self._handler, "refuses", ()))
        for authenticator in self.view.get_authenticators():
            errors += getattr(authenticator, "refuses", ())
        if self._is_idempotent:
            errors += [
                IdempotencyKeyMissing,
                IdempotencyKeyInvalid,
                IdempotencyKeyReused,
                IdempotencyKeyInFlight,
            ]
        if self._honours_if_match:
            errors.append(StaleVersion)
        if self._honours_step_up:
            errors.append(StepUpHeaderInvalid)
        paginator = self._get_paginator()  # type: ignore[no-untyped-call]
        if isinstance(paginator, CursorPage) and self._is_list_view():
            errors.append(InvalidCursor)
        return errors

    def _problem_response(self, status: int) -> dict[str, Any]:
        response: dict[str, Any] = self._get_response_for_code(  # type: ignore[no-untyped-call]
            ProblemSerializer(), str(status), [CONTENT_TYPE]
        )
        response["description"] = ""
        return response


def _add(response: dict[str, Any], rows: list[ProblemType]) -> None:
    """Add the problems to a response, beside those that its view listed itself."""
    content = response.get("content", {}).get(CONTENT_TYPE)
    if content is None:
        # The view describes this status otherwise; it knows better.
        return
    examples = content.setdefault("examples", {})
    lines = [response.get("description", "")]
    for row in rows:
        name = "".join(part.capitalize() for part in row.code.split("_"))
        if name not in examples:
            examples[name] = {"value": _example(row), "summary": row.code}
            lines.append(f"- `{row.code}`: {row.title}")
    response["description"] = "\n".join(line for line in lines if line)


def _example(row: ProblemType) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"{CATALOGUE}#{row.code}",
        "title": row.title,
        "status": row.status,
        "code": row.code,
        "detail": row.title,
        "request_id": REQUEST_ID_EXAMPLE,
    }
    if row.code == "invalid_input":
        example["errors"] = [
            {"field": "email", "code": "required", "detail": "This field is required."}
        ]
    return example
