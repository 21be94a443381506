"""Why people look at a payout before it is sent, and who is told."""

from typing import Any

import pytest
from django.core import mail

from marketplace.core.actor import Role
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.payments.models import PaymentEvent, Payout
from marketplace.payments.payout_reasons import WORDS, PayoutReason, in_words
from marketplace.payments.projections import check_projections, rebuild_projections
from marketplace.payments.services import reject_payout
from marketplace.payments.streams import facts
from marketplace.payments.tests.factories import (
    actor_for,
    make_bank_account,
    make_paid_seller,
    make_user,
    set_payout_policy,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db


def withdraw(seller: User, amount_minor: int, key: str = "w-1", **changes: Any) -> Payout:
    account = changes.pop("account", None) or make_bank_account(seller)
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(amount_minor, "EUR"),
        bank_account_id=account.id,
        idempotency_key=key,
    )
    return Payout.objects.get(id=snapshot.id)


def test_every_reason_has_words_for_operators() -> None:
    assert set(WORDS) == set(PayoutReason)
    assert in_words(["amount", "of a later version"])[1] == "of a later version"


def test_the_reasons_are_pinned_in_the_first_fact_and_rebuilt_from_it(
    provider: FakeProvider,
) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=5_000)
    payout = withdraw(make_paid_seller(provider), 6_000)
    requested = PaymentEvent.objects.get(stream_id=payout.id)
    assert requested.payload["reasons"] == payout.reasons == ["amount"]

    Payout.objects.update(reasons=[])
    (difference,) = check_projections().differences
    assert "reasons" in difference
    rebuild_projections()
    payout.refresh_from_db()
    assert payout.reasons == ["amount"]


def test_a_fact_from_before_there_were_reasons_is_read(provider: FakeProvider) -> None:
    payout = withdraw(make_paid_seller(provider), 6_000)
    payload = PaymentEvent.objects.get(stream_id=payout.id).payload
    del payload["reasons"]
    fact = facts.from_payload("PayoutRequested", payload)
    assert isinstance(fact, facts.PayoutRequested)
    assert fact.reasons == ()


def test_the_seller_is_told_that_it_waits_and_not_why(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    seller = make_paid_seller(provider)
    mail.outbox.clear()
    payout = withdraw(seller, 6_000)
    reject_payout(payout_id=payout.id, actor=make_operator(), reason="Call us.")
    told = [f"{letter.subject} {letter.body}" for letter in mail.outbox]
    told += [str(event.payload) for event in OutboxEvent.objects.all()]
    assert len(mail.outbox) > 0
    assert not [text for text in told if "reasons" in text or in_words(["amount"])[0] in text]


def make_operator() -> Any:
    return actor_for(make_user(Role.ADMIN))
