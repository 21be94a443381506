"""One operation called in every way that Schemathesis can think of, and what was wrong with it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.hypothesis.builder import generate_example_cases
from schemathesis.generation.overrides import Override
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.rows import COLUMNS, Row
from tests.api.operations import Operation
from tests.stage import Stage, undone

PEOPLE = ("anonymous", "buyer", "seller", "operator")
MARKS_OF_A_TRACE = ("Traceback (most recent call last)", 'File "/', "marketplace.", "psycopg")


def no_stack_trace(context: Any, response: Any, case: Any) -> None:
    """A fault of ours is never told to the client in our words for ourselves."""
    text = response.text if response.status_code >= 400 else ""
    found = [mark for mark in MARKS_OF_A_TRACE if mark in text]
    if found:
        raise AssertionError(f"a stack trace is shown: {found} in {text[:300]}")


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    no_stack_trace,
]


def who_gets_furthest(row: Row) -> str:
    """Whoever the matrix answers with the lowest status, among those who are signed in."""
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
    """One operation as one person. ``faults`` are kept once each, with the first example."""

    operation: Operation
    about: Any
    headers: dict[str, str]
    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def examples(self, address: dict[str, str]) -> None:
        """What the document itself shows."""

        def shown(case: Any) -> None: ...

        for case in generate_example_cases(test=shown, operation=self.about, fill_missing=True):
            self.call("examples", case, address, CHECKS)

    def coverage(self, address: dict[str, str]) -> None:
        """Every boundary of every member, from both sides, one at a time."""
        for mode in GenerationMode:
            for case in CoverageGenerator(
                operation=self.about,
                generation_modes=[mode],
                generation_config=self.about.schema.config.generation,
                auth_storage=None,
                override=Override(),
                feedback=NO_FEEDBACK,
            ):
                # Which of them address nothing, and are refused for that, does not show.
                in_path = bool(case.path_parameters)
                checks = CHECKS if in_path else checks_for(mode, {})
                self.call("coverage", case, address, checks)

    def fuzzing(self, address: dict[str, str], *, examples: int) -> None:
        """Whatever fits the document, and whatever does not. The same in every run."""
        takes_input = self.operation.about.get("parameters") or self.operation.body_schema()
        for mode in GenerationMode:
            if mode is GenerationMode.POSITIVE or takes_input:
                self._fuzz(mode, address, examples)

    def _fuzz(self, mode: GenerationMode, address: dict[str, str], examples: int) -> None:
        reproducible = settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )

        @reproducible
        @given(case=self.about.as_strategy(generation_mode=mode))
        def answer(case: Any) -> None:
            self.call("fuzzing", case, address, checks_for(mode, address))

        answer()

    def call(self, phase: str, case: Any, address: dict[str, str], checks: list[Any]) -> None:
        if address:
            case.path_parameters = {**(case.path_parameters or {}), **address}
        self.calls[phase] += 1
        with undone():
            try:
                answer = case.call(headers=self.headers)
                self.statuses[answer.status_code] += 1
                case.validate_response(answer, checks=checks, headers=self.headers)
            except (Failure, FailureGroup, AssertionError) as error:
                for text in complaints(error):
                    self.faults.setdefault(text[:80], text)


def checks_for(mode: GenerationMode, address: dict[str, str]) -> list[Any]:
    if mode is GenerationMode.NEGATIVE and not address:
        # With a real address put in, what was wrong may be right again.
        return [*CHECKS, negative_data_rejection]
    return CHECKS
