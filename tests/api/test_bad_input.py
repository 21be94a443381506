"""Bad input for each route that writes: a clear problem document, and nothing changed.

Drawn from the OpenAPI document, so a new route is tried as soon as it is there. Each attempt is
made by whoever the access matrix lets through, at a real address, with a body that is right but for
one thing.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.cache import cache

from marketplace.core.api.problems import catalogue
from marketplace.core.testing.figures import publish
from marketplace.payments.tests.fake_provider import FakeProvider
from tests.access.rows import MATRIX, Row
from tests.api.bad_input import Attempt, addresses, bodies, keys, versions
from tests.api.conformance import MARKS_OF_A_TRACE, real_address, who_gets_furthest
from tests.api.fingerprint import Watch
from tests.api.operations import Operation, operations
from tests.stage import Stage, set_stage, undone

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

# Their bodies belong to providers: any signed bytes are stored, and nothing unsigned is.
FREE_FORM = {"payments_webhook", "shipping_webhook", "users_verification_service_call"}
WRITING = [
    operation
    for operation in operations()
    if operation.method != "get" and operation.about["operationId"] not in FREE_FORM
]
TAGS = sorted({operation.about["tags"][0] for operation in WRITING})
ROWS = {row.route: row for row in MATRIX}
CODE = re.compile(r"[a-z][a-z0-9_]+")


@dataclass
class Examiner:
    stage: Stage
    codes: set[str]
    attempts: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def examine(self, operation: Operation) -> None:
        row = ROWS[str(operation)]
        good = filled(row, self.stage)
        watch = Watch()
        for attempt in (
            *bodies(operation, good),
            *addresses(operation),
            *keys(operation),
            *versions(operation),
        ):
            self.attempts += 1
            self.faults += [
                f"{operation}: {attempt.wrong}: {fault}"
                for fault in self.wrong_in(self.send(operation, row, good, attempt), attempt)
            ]
            self.faults += [
                f"{operation}: {attempt.wrong}: changed {name}" for name in watch.changed()
            ]

    def send(self, operation: Operation, row: Row, good: Any, attempt: Attempt) -> Any:
        # Limits are not what is tried here.
        cache.clear()
        address = operation.path
        for name, value in {**real_address(row, self.stage), **attempt.path}.items():
            address = address.replace(f"{{{name}}}", value)
        headers: dict[str, str | None] = {"Idempotency-Key": str(uuid4()), **attempt.headers}
        call = getattr(self.stage.client(who_gets_furthest(row)), operation.method)
        about_something_else = bool(attempt.path or attempt.headers)
        return call(
            address,
            orjson.dumps(good) if about_something_else and good is not None else attempt.body,
            content_type=attempt.content_type,
            headers={name: value for name, value in headers.items() if value is not None},
        )

    def wrong_in(self, answer: Any, attempt: Attempt) -> list[str]:
        if not 400 <= answer.status_code < 500:
            return [f"answered {answer.status_code} {answer.content[:100]!r}"]
        text = answer.content.decode()
        if answer["Content-Type"] != "application/problem+json":
            return [f"no problem document but {answer['Content-Type']}"]
        if any(mark in text for mark in MARKS_OF_A_TRACE):
            return [f"a stack trace: {text[:200]}"]
        problem = orjson.loads(text)
        code = problem["code"]
        self.answered[code] += 1
        faults = []
        if code not in self.codes or problem["status"] != answer.status_code:
            faults.append(f"the code {code} is not in the catalogue")
        if attempt.codes and "*" not in attempt.codes and code not in attempt.codes:
            faults.append(f"{code} instead of {attempt.codes}: {problem['detail']}")
        if code == "invalid_input" and attempt.fields:
            faults += unnamed(problem, attempt)
        return faults


def unnamed(problem: dict[str, Any], attempt: Attempt) -> list[str]:
    """The member at fault must be named, or the one that it lies in."""
    named = [fault["field"] for fault in problem.get("errors", ())]
    if any(
        given == wanted or given.startswith((f"{wanted}.", f"{wanted}["))
        for given in named
        for wanted in attempt.fields
    ):
        return []
    return [f"{attempt.fields} is not named in {named}"]


def filled(row: Row, stage: Stage) -> Any:
    if row.file or row.body is None:
        return None
    text = orjson.dumps(row.body).decode()
    for name, given in stage.ids.items():
        text = text.replace(f"{{{name}}}", given)
    return orjson.loads(text)


@pytest.mark.parametrize("tag", TAGS)
def test_bad_input_is_refused_clearly_and_changes_nothing(tag: str, provider: FakeProvider) -> None:
    stage = set_stage(provider)
    stage.ids["buyer_email"] = stage.people["buyer"].email
    examiner = Examiner(stage, {problem.code for problem in catalogue()})
    chosen = [operation for operation in WRITING if operation.about["tags"] == [tag]]
    for operation in chosen:
        # Where something does get through, the next attempt finds the stage as it was.
        with undone():
            examiner.examine(operation)

    publish(
        f"bad input: {tag}",
        operations=len(chosen),
        attempts=examiner.attempts,
        refused=sum(examiner.answered.values()),
        codes=len(examiner.answered),
        faults=len(examiner.faults),
    )
    assert not examiner.faults, "\n".join(examiner.faults)
