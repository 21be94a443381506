"""Above the threshold two different operators let a payout go, or one sends it back."""

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from marketplace.core.actor import Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    OwnPayout,
    PayoutAlreadyApproved,
    PayoutNotAwaitingApproval,
    ReasonMissing,
    WithdrawalNotCancellable,
)
from marketplace.payments.models import PaymentEvent, Payout
from marketplace.payments.projections import check_projections
from marketplace.payments.services import (
    approve_payout,
    reject_payout,
    submit_payouts,
)
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    make_bank_account,
    make_paid_seller,
    make_user,
    set_payout_policy,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

WHY = "The account has been theirs for years."

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    """With 100.00 EUR; more than 50.00 needs two operators."""
    set_payout_policy(currency="EUR", approval_above_minor=5_000)
    return make_paid_seller(provider)


@pytest.fixture
def waiting(seller: User) -> Payout:
    return withdraw(seller, 6_000)


def withdraw(seller: User, amount_minor: int) -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(amount_minor, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    return Payout.objects.get(id=snapshot.id)


def operator() -> Any:
    return actor_for(make_user(Role.ADMIN))


def refused(error: type[DomainError], command: Any, **arguments: Any) -> None:
    before = everything()
    with pytest.raises(error):
        command(**arguments)
    assert everything() == before


def test_up_to_the_threshold_nobody_is_asked(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller, 5_000)
    assert (payout.approvals_needed, payout.awaits_approval, payout.reasons) == (0, False, [])
    assert submit_payouts() == 1
    refused(
        PayoutNotAwaitingApproval, approve_payout, payout_id=payout.id, actor=operator(), reason=WHY
    )


def test_it_is_sent_when_two_different_operators_approved(
    provider: FakeProvider, seller: User, waiting: Payout
) -> None:
    assert (waiting.status, waiting.awaits_approval, wallet(seller)) == ("REQUESTED", True, 4_000)
    assert waiting.reasons == ["amount"]
    assert submit_payouts() == 0
    first, second = operator(), operator()

    assert approve_payout(payout_id=waiting.id, actor=first, reason="Known to us").awaits_approval
    assert submit_payouts() == 0
    assert not approve_payout(payout_id=waiting.id, actor=second, reason=WHY).awaits_approval

    assert submit_payouts() == 1
    waiting.refresh_from_db()
    assert waiting.status == "SENT"
    assert waiting.approved_by == [str(first.user_id), str(second.user_id)]
    assert len(recorded("payments.PayoutApproved")) == 1
    facts = PaymentEvent.objects.filter(stream_id=waiting.id, type="PayoutApproved")
    assert [fact.actor for fact in facts.order_by("version")] == [str(first), str(second)]
    assert check_projections().differences == []


def test_the_same_person_counts_once(provider: FakeProvider, waiting: Payout) -> None:
    first = operator()
    approve_payout(payout_id=waiting.id, actor=first, reason=WHY)
    refused(PayoutAlreadyApproved, approve_payout, payout_id=waiting.id, actor=first, reason=WHY)
    assert submit_payouts() == 0


def test_the_seller_cannot_approve_even_as_an_operator(seller: User, waiting: Payout) -> None:
    refused(Forbidden, approve_payout, payout_id=waiting.id, actor=actor_for(seller), reason=WHY)
    User.objects.filter(pk=seller.pk).update(roles=[Role.SELLER, Role.ADMIN])
    seller.refresh_from_db()
    refused(OwnPayout, approve_payout, payout_id=waiting.id, actor=actor_for(seller), reason=WHY)
    refused(OwnPayout, reject_payout, payout_id=waiting.id, actor=actor_for(seller), reason="Mine")


def test_nobody_else_approves_or_rejects(waiting: Payout) -> None:
    stranger = actor_for(make_user())
    refused(Forbidden, approve_payout, payout_id=waiting.id, actor=stranger, reason=WHY)
    refused(Forbidden, reject_payout, payout_id=waiting.id, actor=stranger, reason="No")
    refused(NotFound, approve_payout, payout_id=new_id(), actor=operator(), reason=WHY)
    refused(NotFound, reject_payout, payout_id=new_id(), actor=operator(), reason="No")


def test_a_rejection_puts_the_money_back_and_says_why(
    provider: FakeProvider, seller: User, waiting: Payout
) -> None:
    approve_payout(payout_id=waiting.id, actor=operator(), reason=WHY)
    mail.outbox.clear()

    reject_payout(payout_id=waiting.id, actor=operator(), reason=" The account is not theirs. ")

    waiting.refresh_from_db()
    assert (waiting.status, waiting.failure_code) == ("FAILED", "rejected")
    assert (waiting.awaits_approval, wallet(seller)) == (False, 10_000)
    assert "The account is not theirs." in mail.outbox[0].body
    assert mail.outbox[0].to == [seller.email]
    assert submit_payouts() == 0
    assert provider.payouts == {}
    rejected = PaymentEvent.objects.get(stream_id=waiting.id, type="PayoutRejected")
    assert rejected.payload["reason"] == "The account is not theirs."
    assert check_projections().differences == []
    refused(
        PayoutNotAwaitingApproval,
        approve_payout,
        payout_id=waiting.id,
        actor=operator(),
        reason=WHY,
    )
    refused(
        WithdrawalNotCancellable,
        reject_payout,
        payout_id=waiting.id,
        actor=operator(),
        reason="Again",
    )


def test_both_decisions_need_a_reason(waiting: Payout) -> None:
    refused(ReasonMissing, approve_payout, payout_id=waiting.id, actor=operator(), reason="  ")
    refused(ReasonMissing, reject_payout, payout_id=waiting.id, actor=operator(), reason="  ")


def test_what_was_sent_cannot_be_rejected(provider: FakeProvider, waiting: Payout) -> None:
    approve_payout(payout_id=waiting.id, actor=operator(), reason=WHY)
    approve_payout(payout_id=waiting.id, actor=operator(), reason=WHY)
    submit_payouts()
    refused(
        WithdrawalNotCancellable,
        reject_payout,
        payout_id=waiting.id,
        actor=operator(),
        reason="Too late",
    )


def test_a_later_threshold_does_not_change_what_one_needs(waiting: Payout) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=1_000_000)
    waiting.refresh_from_db()
    assert (waiting.approvals_needed, waiting.awaits_approval) == (2, True)


def test_the_database_keeps_one_that_waits_from_being_sent(waiting: Payout) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Payout.objects.filter(id=waiting.id).update(status="SENT")
