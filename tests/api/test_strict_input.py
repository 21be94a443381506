"""No operation drops a member or a filter that it does not know. Drawn from the document."""

import copy
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from marketplace.core.actor import Role
from marketplace.users.tests.factories import authorized_client, make_user
from tests.api.operations import Operation, operations, resolved

STRANGE = "nobody_reads_this"
# Their bodies belong to providers, who add members as they like.
FREE_FORM = {"payments_webhook", "shipping_webhook", "users_verification_service_call"}

WRITING = [
    operation
    for operation in operations()
    if "requestBody" in operation.about and operation.about["operationId"] not in FREE_FORM
]
FILTERED = [operation for operation in operations() if operation.parameter_names("query")]


def somebody() -> APIClient:
    return authorized_client(make_user(roles=list(Role)))


def address(operation: Operation) -> str:
    """Of something that does not exist: input is judged before anything is looked for."""
    path = operation.path
    for name in operation.parameter_names("path"):
        path = path.replace(f"{{{name}}}", str(uuid4()))
    return path


def example(operation: Operation) -> Any:
    (body,) = operation.about["requestBody"]["content"].values()
    return next(iter(body["examples"].values()))["value"]


def spoiled(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The value with one strange member more, once for every object in it that has a shape."""
    schema = resolved(schema)
    for option in schema.get("oneOf", schema.get("anyOf", schema.get("allOf", ()))):
        if "$ref" in option:
            schema = resolved(option)
    if isinstance(value, dict) and schema.get("additionalProperties") is False:
        yield f"{path}{STRANGE}", {**value, STRANGE: 1}
        for name, member in value.items():
            for where, bad in spoiled(member, schema["properties"][name], f"{path}{name}."):
                yield where, {**value, name: bad}
    elif isinstance(value, list) and value:
        head = f"{path.removesuffix('.')}[0]."
        for where, bad in spoiled(value[0], schema["items"], head):
            yield where, [bad, *value[1:]]


@pytest.mark.parametrize("operation", WRITING, ids=str)
def test_every_shape_of_a_body_is_closed(operation: Operation) -> None:
    for body in operation.about["requestBody"]["content"].values():
        assert resolved(body["schema"]).get("additionalProperties") is False


@pytest.mark.django_db
@pytest.mark.parametrize("operation", WRITING, ids=str)
def test_a_member_that_nobody_reads_is_refused_by_its_name(operation: Operation) -> None:
    client, path = somebody(), address(operation)
    (kind,) = operation.about["requestBody"]["content"]
    call = getattr(client, operation.method)
    headers = {"Idempotency-Key": str(uuid4())}
    if kind == "multipart/form-data":
        wrong: list[tuple[str, Any]] = [(STRANGE, {STRANGE: "1"})]
    else:
        schema = operation.body_schema()
        assert schema
        wrong = list(spoiled(copy.deepcopy(example(operation)), schema))
    assert wrong

    for where, body in wrong:
        form = "multipart" if kind == "multipart/form-data" else "json"
        answer = call(path, body, format=form, headers=headers)

        assert answer.status_code == 400, (where, answer.content)
        assert (where, "unknown_field") in {
            (fault["field"], fault["code"]) for fault in answer.json()["errors"]
        }


@pytest.mark.django_db
@pytest.mark.parametrize("operation", FILTERED, ids=str)
def test_a_filter_that_nobody_reads_is_refused_by_its_name(operation: Operation) -> None:
    answer = somebody().get(address(operation), {STRANGE: "1"})

    assert answer.status_code == 400
    faults = [(fault["field"], fault["code"]) for fault in answer.json()["errors"]]
    # Beside it stand the filters that this operation needs and did not get.
    assert (STRANGE, "unknown_field") in faults
    assert {code for field, code in faults if field != STRANGE} <= {"required"}
