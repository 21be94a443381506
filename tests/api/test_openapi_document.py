"""The API document keeps its promises to whoever builds a client from it."""

import re
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.api.operations import Document, Operation, operations, resolved

OPERATIONS = list(operations())
PROBLEM = "application/problem+json"
# They create or move money: a second press of the button must not do it twice.
ONCE_ONLY = {
    "orders_place",
    "orders_pay",
    "orders_confirm",
    "orders_cancel",
    "wallet_withdrawals_create",
}


each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def media(operation: Operation) -> list[tuple[str, dict[str, Any], str]]:
    """Every body in or out: what it is, its media type object, its content type."""
    rows = [
        ("request", body, kind)
        for kind, body in operation.about.get("requestBody", {}).get("content", {}).items()
    ]
    for status, response in operation.about["responses"].items():
        rows += [(status, body, kind) for kind, body in response.get("content", {}).items()]
    return rows


def test_the_document_says_what_it_is(document: Document) -> None:
    assert document["openapi"].startswith("3.1")
    assert len(document["info"]["description"]) > 500
    scheme = document["components"]["securitySchemes"]["bearerAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_names_of_operations_are_unique() -> None:
    names = Counter(operation.about["operationId"] for operation in OPERATIONS)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


def test_every_tag_is_used_and_described(document: Document) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for operation in OPERATIONS for tag in operation.about["tags"]} == described


def test_no_schema_has_a_name_made_up_by_the_generator(schemas: dict[str, Any]) -> None:
    assert [name for name in schemas if re.search(r"[0-9a-f]{3}Enum$", name)] == []


@each_operation
def test_an_operation_says_what_it_does(operation: Operation) -> None:
    assert 8 < len(operation.about["summary"]) < 80
    assert not operation.about["summary"].endswith(".")
    assert len(operation.about["tags"]) == 1


@each_operation
def test_every_body_has_an_example_that_fits_its_schema(
    operation: Operation, document: Document
) -> None:
    for place, body, kind in media(operation):
        examples = [row["value"] for row in body.get("examples", {}).values()]
        assert examples, f"{place} has none"
        if kind == "multipart/form-data":
            continue
        schema = {**body["schema"], "components": document["components"]}
        for example in examples:
            faults = [error.message for error in Draft202012Validator(schema).iter_errors(example)]
            assert not faults, place


@each_operation
def test_every_error_is_a_problem_document(operation: Operation) -> None:
    errors = {s: r for s, r in operation.about["responses"].items() if s[0] in "45"}
    assert errors
    for status, response in errors.items():
        assert list(response["content"]) == [PROBLEM], status
        assert response["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert response["description"], status


@each_operation
def test_what_needs_a_sign_in_says_so(operation: Operation) -> None:
    schemes = [name for wanted in operation.about.get("security", ()) for name in wanted]
    assert set(schemes) <= {"bearerAuth"}
    if schemes:
        assert "401" in operation.about["responses"]


def test_what_moves_money_needs_a_key() -> None:
    with_key = {
        operation.about["operationId"]
        for operation in OPERATIONS
        if "Idempotency-Key" in operation.parameter_names("header")
    }
    assert with_key >= ONCE_ONLY
    for operation in OPERATIONS:
        if operation.about["operationId"] in with_key:
            assert {"400", "409", "422"} <= operation.about["responses"].keys()


@each_operation
def test_what_takes_if_match_may_answer_stale(operation: Operation) -> None:
    if "If-Match" in operation.parameter_names("header"):
        assert "412" in operation.about["responses"]


@each_operation
def test_every_list_has_the_same_envelope(operation: Operation) -> None:
    body = operation.about["responses"].get("200", {}).get("content", {}).get("application/json")
    if not body:
        return
    members = resolved(body["schema"]).get("properties", {})
    is_paged = {"cursor", "page_size"} <= operation.parameter_names("query")
    assert is_paged == ("next" in members)
    if is_paged:
        assert set(members) == {"next", "previous", "results"}
    assert resolved(body["schema"]).get("type") != "array", "a bare list cannot grow"
