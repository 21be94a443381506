"""While payouts are frozen nothing is sent; requests wait and go on by themselves."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.money import Money
from marketplace.payments.models import Payout, PayoutFreeze
from marketplace.payments.providers.protocol import PayoutOutcome, ProviderUnknown
from marketplace.payments.services import (
    cancel_withdrawal,
    freeze_payouts,
    lift_payout_freeze,
    submit_payouts,
)
from marketplace.payments.tests.factories import (
    actor_for,
    make_bank_account,
    make_paid_seller,
    make_user,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    return make_paid_seller(provider)


def withdraw(seller: User) -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    return Payout.objects.get(id=snapshot.id)


def freeze() -> None:
    freeze_payouts(actor=Actor.system("test"), detail="The books differ", cause="test")


def lift() -> None:
    freeze_id = PayoutFreeze.objects.get(lifted_at__isnull=True).id
    lift_payout_freeze(
        freeze_id=freeze_id, actor=actor_for(make_user(Role.ADMIN)), reason="Explained"
    )


def test_a_request_is_accepted_waits_and_goes_on_by_itself(
    provider: FakeProvider, seller: User
) -> None:
    freeze()
    payout = withdraw(seller)
    with clock.shifted(timedelta(days=1)):
        assert submit_payouts() == 0
    assert provider.calls.count("pay_out") == 0
    payout.refresh_from_db()
    assert (payout.status, payout.checks) == ("REQUESTED", 0)

    lift()

    assert submit_payouts() == 1
    payout.refresh_from_db()
    assert payout.status == "SENT"


def test_a_freeze_between_the_claim_and_the_call_sends_nothing(
    provider: FakeProvider, seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout = withdraw(seller)
    answers = iter([False, True])
    monkeypatch.setitem(submit_payouts.__globals__, "payouts_frozen", lambda: next(answers))
    submit_payouts()
    assert provider.payouts == {}
    payout.refresh_from_db()
    assert (payout.status, payout.checks) == ("REQUESTED", 0)
    monkeypatch.undo()
    cancel_withdrawal(actor=actor_for(seller), withdrawal_id=payout.id)
    assert wallet(seller) == 10_000


def test_what_was_sent_is_still_asked_about(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller)
    provider.lose_next_answers = 1
    submit_payouts()
    freeze()
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "SENT", "it was found by its reference"
    provider.settle_payout(str(payout.id), PayoutOutcome.PAID)
    with clock.shifted(timedelta(hours=1)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "PAID"


def test_what_never_arrived_is_not_sent_again_and_asked_about_less_and_less_often(
    provider: FakeProvider, seller: User
) -> None:
    payout = withdraw(seller)
    provider.fail_next = [ProviderUnknown("unreachable")]
    submit_payouts()
    freeze()
    with clock.shifted(timedelta(minutes=5)):
        assert submit_payouts() == 1
        assert submit_payouts() == 0, "no hot loop"
    assert provider.payouts == {}
    lift()
    with clock.shifted(timedelta(hours=2)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "SENT"
