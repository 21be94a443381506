"""What every adapter of an outside service keeps, whoever is behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from marketplace.core.db import TransactionNested
from marketplace.users.verification.errors import CallbackRefused
from marketplace.users.verification.outside import Outcome, StartRequest, Unreachable, Verdict
from marketplace.users.verification.outside.sandbox import SandboxService

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(params=[SandboxService], ids=lambda kind: str(kind.name))
def service(request: pytest.FixtureRequest) -> Any:
    """Adapters add themselves here, with ``sign_call`` of whoever plays the service."""
    return request.param()


def asked(name: str = "Marigold Lantern") -> StartRequest:
    return StartRequest(uuid4(), "T2", name, "KE", "https://shop.example/back")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("Marigold Lantern", Verdict.PASSED),
        ("Marigold Fail", Verdict.FAILED),
        ("Marigold Wait", Verdict.PENDING),
    ],
)
def test_an_outcome_can_be_asked_for(service: Any, name: str, verdict: Verdict) -> None:
    session = service.start(asked(name))

    outcome = service.get_outcome(session.reference)

    assert (outcome.reference, outcome.verdict) == (session.reference, verdict)
    assert bool(outcome.code) == (verdict is Verdict.FAILED)


def test_asking_twice_begins_one_check(service: Any) -> None:
    request = asked()

    assert service.start(request) == service.start(request)


def test_silence_is_unreachable(service: Any) -> None:
    with pytest.raises(Unreachable):
        service.start(asked("Marigold Silent"))
    with pytest.raises(Unreachable):
        service.get_outcome("no-such-check")


def test_a_signed_call_is_read(service: Any) -> None:
    outcome = Outcome("chk_1", Verdict.FAILED, "forged", "evt_1")
    body, headers = service.sign_call(outcome, at=AT)

    assert service.read_call(body=body, headers=headers, at=AT) == outcome


@pytest.mark.parametrize("lateness", [timedelta(seconds=-301), timedelta(seconds=301)])
def test_a_call_of_another_time_is_refused(service: Any, lateness: timedelta) -> None:
    body, headers = service.sign_call(Outcome("chk_1", Verdict.PASSED, "", "evt_1"), at=AT)

    with pytest.raises(CallbackRefused):
        service.read_call(body=body, headers=headers, at=AT + lateness)


def test_a_call_that_was_altered_or_not_signed_is_refused(service: Any) -> None:
    body, headers = service.sign_call(Outcome("chk_1", Verdict.FAILED, "", "evt_1"), at=AT)

    for altered, signed in (
        (body.replace(b"FAILED", b"PASSED"), headers),
        (body, {}),
        (body, dict.fromkeys(headers, "x")),
        (body, dict.fromkeys(headers, "1,é")),
        (b"", headers),
    ):
        with pytest.raises(CallbackRefused):
            service.read_call(body=altered, headers=signed, at=AT)


@pytest.mark.django_db(transaction=True)
def test_it_is_not_called_inside_a_transaction(service: Any) -> None:
    with transaction.atomic(), pytest.raises(TransactionNested):
        service.start(asked())
