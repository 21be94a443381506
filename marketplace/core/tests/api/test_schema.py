"""The API document says what every operation may refuse, and what headers it needs."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from marketplace.core.tests.urls import urlpatterns


@pytest.fixture(scope="module")
def document() -> Any:
    generator = SchemaGenerator(patterns=urlpatterns[:1])  # type: ignore[no-untyped-call]
    return generator.get_schema(public=True)  # type: ignore[no-untyped-call]


def codes(operation: Any, status: str) -> set[str]:
    content = operation["responses"][status]["content"]["application/problem+json"]
    return {example["value"]["code"] for example in content["examples"].values()}


def test_the_document_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_an_idempotent_operation_asks_for_its_key_and_lists_its_refusals(document: Any) -> None:
    operation = document["paths"]["/api/v1/tests/pay/"]["post"]

    headers = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert headers["Idempotency-Key"]["required"] is True
    assert headers["If-Match"]["required"] is False
    assert {"idempotency_key_missing", "invalid_input", "parse_error"} <= codes(operation, "400")
    assert codes(operation, "401") >= {"not_authenticated"}
    assert codes(operation, "409") == {"idempotency_key_in_flight"}
    assert codes(operation, "412") == {"stale_version"}
    assert codes(operation, "422") == {"idempotency_key_reused", "too_poor"}
    assert codes(operation, "415") == {"unsupported_media_type"}


def test_a_reading_operation_asks_for_neither(document: Any) -> None:
    operation = document["paths"]["/api/v1/tests/me/"]["get"]

    assert "parameters" not in operation
    assert "415" not in operation["responses"]


def test_a_list_is_an_envelope_with_cursors(document: Any) -> None:
    operation = document["paths"]["/api/v1/tests/events/"]["get"]

    reference = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    envelope = document["components"]["schemas"][reference.rsplit("/", 1)[1]]
    assert envelope["required"] == ["next", "previous", "results"]
    assert "invalid_cursor" in codes(operation, "400")


def test_an_operation_on_one_object_may_not_find_it(document: Any) -> None:
    operation = document["paths"]["/api/v1/tests/fails/{how}/"]["get"]

    assert codes(operation, "404") == {"not_found"}
    assert "401" not in operation["responses"] or codes(operation, "401") == {
        "authentication_failed"
    }
