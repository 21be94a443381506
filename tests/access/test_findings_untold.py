"""A finding about a sale, open, confirmed or cleared, changes nothing that its parties can see."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core import mail
from structlog.testing import capture_logs

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.core.privacy import personal_data
from marketplace.payments.models import Evidence, FindingKind, Payment, Payout, RiskFinding
from marketplace.payments.repositories.findings import open_finding
from marketplace.payments.services import clear_finding, confirm_finding, reopen_finding
from marketplace.payments.tests.factories import in_transaction, withdraw_approved
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import actor, make_staff
from tests.access.rows import MATRIX
from tests.access.test_access_matrix import call
from tests.stage import Stage, set_stage, undone

pytestmark = pytest.mark.django_db
PARTIES = ("buyer", "seller")
READS = [row for row in MATRIX if row.method == "GET"]
WORDS = ("finding", "linked", "velocity", "suspicion", *Evidence.labels)


def seen(stage: Stage, at: datetime) -> dict[str, Any]:
    """Every answer to either party, and what is exported, published and written to them."""
    with clock.frozen(at):
        return _seen(stage)


def _seen(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = {"letters": [f"{each.subject} {each.body}" for each in mail.outbox]}
    found["events"] = list(OutboxEvent.objects.order_by("id").values_list("type", "payload"))
    for who in PARTIES:
        for row in READS:
            with undone():
                answer = call(stage, row, who)
            found[f"{row.route} as {who}"] = said(answer)
        for kind in personal_data():
            found[f"{kind.name} of {who}"] = repr(kind.export(stage.people[who].pk))
    # A code for each export that was opened here.
    del mail.outbox[len(found["letters"]) :]
    return found


def said(answer: Any) -> Any:
    if answer.streaming:
        return (answer.status_code, b"".join(answer.streaming_content))
    if "json" not in answer.get("Content-Type", ""):
        return answer.status_code
    body = answer.json()
    if isinstance(body, dict):
        body.pop("request_id", None)
    return (answer.status_code, body)


def opened(stage: Stage) -> RiskFinding:
    payment = Payment.objects.get(order_id=stage.ids["completed"])
    in_transaction(
        open_finding,
        kind=FindingKind.LINKED_PARTIES,
        payment=payment,
        evidence=list(Evidence.values),
    )
    return RiskFinding.objects.get()


def test_neither_party_sees_that_their_sale_is_looked_at(provider: FakeProvider) -> None:
    stage = set_stage(provider)
    by = actor(make_staff("FINANCE"))
    with clock.frozen(clock.now()):
        at = clock.now()
    before = seen(stage, at)
    assert len(before) > 2 * 30

    finding = opened(stage)
    steps: list[Callable[..., None]] = [confirm_finding, reopen_finding, clear_finding]
    for step in [None, *steps]:
        if step is not None:
            step(finding_id=finding.id, actor=by, reason="One hand")
        deliver_all()
        now = seen(stage, at)
        assert {what: now[what] for what in before if now[what] != before[what]} == {}, step


def test_whose_payout_waits_is_not_told_why(provider: FakeProvider) -> None:
    stage, at = set_stage(provider), clock.now()
    before = seen(stage, at)
    opened(stage)
    with capture_logs() as logs:
        wanted = withdraw_approved(
            actor=actor(stage.people["seller"]),
            amount=Money(200, "EUR"),
            bank_account_id=stage.ids["bank_account"],
            idempotency_key="while it is open",
        )
        deliver_all()
        shown = seen(stage, at)
    assert Payout.objects.get(id=wanted.id).reasons == ["finding"]
    assert str(wanted.id) in repr(shown["GET /api/v1/wallet/withdrawals/ as seller"])
    told = {
        what: word
        for what, text in {**shown, "logs": logs}.items()
        for word in WORDS
        # An export lists all kinds of data by name, to everybody.
        if count(word, text) > count(word, before.get(what))
    }
    assert told == {}


def count(word: str, text: Any) -> int:
    return repr(text).lower().count(word)
