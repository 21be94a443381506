"""The API does what its document says, whatever is sent: Schemathesis over every operation.

As nobody, a buyer, a seller and an operator: first what the document shows, then every boundary of
every member from both sides, and in the long form (`FAIRHOLD_SCHEMA_EXAMPLES`, `make assurance`)
what a generator thinks of, half of it made to fit the document and half to break it. Deterministic:
the same calls in every run.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis import openapi

from marketplace.config.wsgi import application
from marketplace.core.testing.figures import publish
from marketplace.payments.tests.fake_provider import FakeProvider
from tests.access.rows import MATRIX
from tests.api.conformance import PEOPLE, Trial, real_address, who_gets_furthest
from tests.api.operations import operations
from tests.stage import set_stage

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800)]

FUZZED_EXAMPLES = int(os.environ.get("FAIRHOLD_SCHEMA_EXAMPLES", "0"))
TAGS = sorted({operation.about["tags"][0] for operation in operations()})
ROWS = {row.route: row for row in MATRIX}


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
    # What happens without a token is tried as a person of its own, not as broken input.
    document.config.generation.with_security_parameters = False
    return document


@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_is_one_that_the_document_announces(
    tag: str, schema: Any, provider: FakeProvider
) -> None:
    stage = set_stage(provider)
    trials = []
    chosen = [operation for operation in operations() if operation.about["tags"] == [tag]]
    for operation in chosen:
        row = ROWS[str(operation)]
        about = schema[operation.path][operation.method.upper()]
        address, furthest = real_address(row, stage), who_gets_furthest(row)
        for who in dict.fromkeys((*PEOPLE, furthest)):
            headers = stage.headers(who) if who != "anonymous" else {}
            trial = Trial(operation, about, headers)
            trial.examples(address)
            if who == furthest or FUZZED_EXAMPLES:
                trial.coverage(address)
            if FUZZED_EXAMPLES:
                trial.fuzzing(address, examples=FUZZED_EXAMPLES)
            if FUZZED_EXAMPLES and who == furthest and address:
                trial.fuzzing({}, examples=FUZZED_EXAMPLES)
            trials.append(trial)

    calls = sum((trial.calls for trial in trials), Counter[str]())
    statuses = sum((trial.statuses for trial in trials), Counter[int]())
    found = [f"{trial.operation}: {text}" for trial in trials for text in trial.faults.values()]
    publish(
        f"Schemathesis: {tag}",
        operations=len(chosen),
        people=len(PEOPLE),
        **calls,
        succeeded=sum(n for status, n in statuses.items() if status < 400),
        refused=sum(n for status, n in statuses.items() if 400 <= status < 500),
        server_errors=sum(n for status, n in statuses.items() if status >= 500),
        faults=len(found),
    )
    assert not found, "\n\n".join(dict.fromkeys(found))
