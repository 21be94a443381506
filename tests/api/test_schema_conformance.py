"""The API does what its document says, whatever is sent: Schemathesis over every operation.

Deterministic: the same examples in every run. Half of them are made to fit the document and half to
break it, first against addresses of nothing and then against real objects of the stage.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from marketplace.config.wsgi import application
from marketplace.payments.tests.fake_provider import FakeProvider
from tests.access.rows import COLUMNS, MATRIX, Row
from tests.api.operations import Operation, operations
from tests.stage import Stage, set_stage, undone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]

EXAMPLES = 25
TAGS = sorted({operation.about["tags"][0] for operation in operations()})
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROWS = {row.route: row for row in MATRIX}
REPRODUCIBLE = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", autouse=True)
def one_connection() -> Iterator[None]:
    """A real WSGI request closes its connection when it ends; this test's transaction lives on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def schema(one_connection: None) -> Any:
    document = openapi.from_wsgi("/api/v1/schema/?format=json", application)
    # Everybody here is signed in: what happens without a token is the access matrix's subject.
    document.config.generation.with_security_parameters = False
    return document


def somebody_who_may(row: Row) -> str:
    """Whoever gets furthest: somebody signed in whom the matrix answers with 2xx, if anybody."""
    return min(COLUMNS[1:], key=lambda who: row.expected[who])


def real_address(row: Row, stage: Stage) -> dict[str, str]:
    """What the placeholders of the route stand for in the row's own address."""
    given_parts, named_parts = row.address.split("/"), row.route.split(" ")[1].split("/")
    return {
        name.strip("{}"): stage.ids[given_part.strip("{}")] if "{" in given_part else given_part
        for name, given_part in zip(named_parts, given_parts, strict=True)
        if name.startswith("{")
    }


def complaints(error: BaseException) -> Iterator[str]:
    if isinstance(error, FailureGroup):
        for inner in error.exceptions:
            yield from complaints(inner)
    else:
        yield f"{type(error).__name__}: {error}"


@dataclass
class Trial:
    """One operation, called in every way; ``faults`` are kept once each, with the first example."""

    operation: Operation
    about: Any
    headers: dict[str, str]
    calls: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def run(self, mode: GenerationMode, address: dict[str, str]) -> None:
        checks = list(CHECKS)
        if mode is GenerationMode.NEGATIVE and not address:
            # With a real address put in, what was wrong may be right again.
            checks.append(negative_data_rejection)

        @REPRODUCIBLE
        @given(case=self.about.as_strategy(generation_mode=mode))
        def answer(case: Any) -> None:
            if address:
                case.path_parameters = {**case.path_parameters, **address}
            self.calls += 1
            with undone():
                self.call(case, checks)

        answer()

    def call(self, case: Any, checks: list[Any]) -> None:
        try:
            case.call_and_validate(headers=self.headers, checks=checks)
        except (Failure, FailureGroup) as error:
            for text in complaints(error):
                self.faults.setdefault(text[:80], text)


def applicable(operation: Operation, address: dict[str, str]) -> Iterator[Any]:
    takes_input = bool(operation.about.get("parameters") or operation.body_schema())
    for mode in GenerationMode:
        if mode is GenerationMode.POSITIVE or takes_input:
            yield mode, {}
            if address:
                yield mode, address


@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_is_one_that_the_document_announces(
    tag: str, schema: Any, provider: FakeProvider
) -> None:
    stage = set_stage(provider)
    trials = []
    for operation in operations():
        if operation.about["tags"] != [tag]:
            continue
        row = ROWS[str(operation)]
        about = schema[operation.path][operation.method.upper()]
        trial = Trial(operation, about, stage.headers(somebody_who_may(row)))
        for mode, address in applicable(operation, real_address(row, stage)):
            trial.run(mode, address)
        trials.append(trial)

    print(f"{tag}: {len(trials)} operations, {sum(trial.calls for trial in trials)} calls")
    found = [f"{trial.operation}: {text}" for trial in trials for text in trial.faults.values()]
    assert not found, "\n\n".join(found)
