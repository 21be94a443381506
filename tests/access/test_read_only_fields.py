"""Whatever only answers carry is written to, on every route that takes a body, and refused by name.

The members come from the OpenAPI document: all that an operation answers with and does not take.
Beside them stands every column of the tables of the route's own service: what no answer shows can
be guessed as well, such as ``is_staff`` or ``escrow_status``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import resolve

from marketplace.core.testing import figures
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.tests.images import picture
from tests.access.rows import MATRIX, Row
from tests.api.bad_input import MULTIPART, plain
from tests.api.conformance import real_address, who_gets_furthest
from tests.api.fingerprint import Watch
from tests.api.operations import Operation, operations
from tests.api.test_bad_input import FREE_FORM, filled
from tests.stage import Stage, set_stage, undone

ROWS = {row.route: row for row in MATRIX}
WRITING = [
    operation
    for operation in operations()
    if "requestBody" in operation.about and operation.about["operationId"] not in FREE_FORM
]
REFUSED = {"read_only_field", "unknown_field"}
SAMPLES = {"integer": 7, "number": 7, "boolean": True, "array": [], "object": {}}


def test_only_routes_that_take_no_body_are_left_out() -> None:
    left_out = {str(one) for one in operations() if "requestBody" not in one.about}
    assert {route.split(" ")[0] for route in left_out} == {"GET", "DELETE"}


def answered(operation: Operation) -> dict[str, Any]:
    """The shape of what the operation answers when it succeeds."""
    for status, answer in operation.about["responses"].items():
        if status < "300" and "application/json" in answer.get("content", {}):
            schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
            return schema
    return {}


def written(
    body: dict[str, Any], takes: dict[str, Any], shows: dict[str, Any], path: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body once for each member that only the answer has, with that member in it."""
    takes, shows = plain(takes)[0], plain(shows)[0]
    for name, about in shows.get("properties", {}).items():
        if name not in takes.get("properties", {}):
            yield f"{path}{name}", {**body, name: sample(about)}
        elif isinstance(inner := body.get(name), dict):
            deeper = written(inner, takes["properties"][name], about, f"{path}{name}.")
            yield from ((where, {**body, name: value}) for where, value in deeper)


def sample(about: dict[str, Any]) -> Any:
    about = plain(about)[0]
    if "enum" in about:
        return about["enum"][-1]
    return SAMPLES.get(about.get("type", ""), "1")


def columns(address: str) -> set[str]:
    """Of every table of the service that answers at this address."""
    service = apps.get_containing_app_config(resolve(address).func.__module__)
    assert service
    return {
        name
        for model in service.get_models()
        for column in model._meta.concrete_fields
        for name in (column.name, column.attname)
    }


@dataclass
class Writer:
    stage: Stage
    fields: int = 0
    columns: int = 0
    faults: list[str] = field(default_factory=list)

    def try_all(self, operation: Operation) -> None:
        row = ROWS[str(operation)]
        (kind,) = operation.about["requestBody"]["content"]
        takes = operation.body_schema(kind) or {}
        good = filled(row, self.stage) or row.body or {}
        watch = Watch()
        for where, body in written(good, takes, answered(operation)):
            self.fields += 1
            self.judge(operation, row, body, {where})
        taken = plain(takes)[0].get("properties", {})
        guessed = columns(self.address(operation, row)) - set(taken)
        assert guessed
        self.columns += len(guessed)
        self.judge(operation, row, {**good, **dict.fromkeys(sorted(guessed), "1")}, guessed)
        self.faults += [f"{operation} changed {name}" for name in watch.changed()]

    def judge(self, operation: Operation, row: Row, body: Any, names: set[str]) -> None:
        # Limits are not what is tried here.
        cache.clear()
        answer = self.send(operation, row, body)
        refused = {
            fault["field"]
            for fault in (answer.json().get("errors", ()) if answer.status_code == 400 else ())
            if fault["code"] in REFUSED
        }
        if missing := names - refused:
            said = f"{answer.status_code} {answer.content[:120]!r}"
            self.faults.append(f"{operation} does not refuse {sorted(missing)}: {said}")

    def send(self, operation: Operation, row: Row, body: Any) -> Any:
        call = getattr(self.stage.client(who_gets_furthest(row)), operation.method)
        headers = {"Idempotency-Key": str(uuid4())}
        address = self.address(operation, row)
        if MULTIPART not in operation.about["requestBody"]["content"]:
            return call(address, body, format="json", headers=headers)
        upload = SimpleUploadedFile("lamp.png", picture("PNG", (8, 8)), "image/png")
        form = {name: str(value) for name, value in body.items()} | {row.file: upload}
        return call(address, form, format="multipart", headers=headers)

    def address(self, operation: Operation, row: Row) -> str:
        address = operation.path
        for name, value in real_address(row, self.stage).items():
            address = address.replace(f"{{{name}}}", value)
        return address


@pytest.mark.django_db
def test_no_read_only_field_can_be_written(provider: FakeProvider) -> None:
    stage = set_stage(provider)
    stage.ids["buyer_email"] = stage.people["buyer"].email
    writer = Writer(stage)
    for operation in WRITING:
        # Where something does get through, the next operation finds the stage as it was.
        with undone():
            writer.try_all(operation)

    figures.publish(
        "read-only fields written to",
        operations=len(WRITING),
        answered_fields=writer.fields,
        columns_of_tables=writer.columns,
        changed_or_not_refused=len(writer.faults),
    )
    assert writer.fields > 300
    assert not writer.faults, "\n".join(writer.faults)
