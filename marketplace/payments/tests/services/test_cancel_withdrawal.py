from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import WithdrawalNotCancellable
from marketplace.payments.models import Payout, Transaction
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import ProviderUnknown
from marketplace.payments.services import (
    cancel_withdrawal,
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
from marketplace.payments.tests.fake_provider import FakeProvider, Killed
from marketplace.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    return make_paid_seller(provider)


@pytest.fixture
def payout(seller: User) -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    return Payout.objects.get(id=snapshot.id)


def refused(seller: User, payout: Payout) -> None:
    before = everything()
    with pytest.raises(WithdrawalNotCancellable):
        cancel_withdrawal(actor=actor_for(seller), withdrawal_id=payout.id)
    assert everything() == before


def test_the_wallet_has_the_money_again(
    provider: FakeProvider, seller: User, payout: Payout
) -> None:
    cancelled = cancel_withdrawal(actor=actor_for(seller), withdrawal_id=payout.id)
    assert (cancelled.status, cancelled.failure_code) == ("FAILED", "cancelled")
    assert wallet(seller) == 10_000
    assert submit_payouts() == 0
    assert provider.payouts == {}
    line = Transaction.objects.get(subject_id=payout.id, type="WITHDRAWAL")
    assert line.status == "FAILED"
    assert check_projections().differences == []


def test_twice_is_once(seller: User, payout: Payout) -> None:
    cancel_withdrawal(actor=actor_for(seller), withdrawal_id=payout.id)
    before = everything()
    again = cancel_withdrawal(actor=actor_for(seller), withdrawal_id=payout.id)
    assert again.failure_code == "cancelled"
    assert everything() == before


def test_one_that_waits_for_approval_can_be_cancelled(provider: FakeProvider, seller: User) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    cancelled = cancel_withdrawal(actor=actor_for(seller), withdrawal_id=snapshot.id)
    assert (cancelled.awaits_approval, wallet(seller)) == (False, 10_000)


def test_what_was_sent_cannot(provider: FakeProvider, seller: User, payout: Payout) -> None:
    submit_payouts()
    refused(seller, payout)


def test_what_may_have_been_sent_cannot(
    provider: FakeProvider, seller: User, payout: Payout
) -> None:
    """Mistake 3: the provider has it although nobody heard."""
    provider.lose_next_answers = 1
    submit_payouts()
    refused(seller, payout)


def test_what_a_dead_worker_had_taken_up_cannot(
    provider: FakeProvider, seller: User, payout: Payout
) -> None:
    provider.kill_after_next = True
    with pytest.raises(Killed):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "REQUESTED", "the books know nothing of the sending"
    refused(seller, payout)
    provider.fail_next = [ProviderUnknown("unreachable")]
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    refused(seller, payout)


def test_others_do_not_see_it(payout: Payout) -> None:
    before = everything()
    for withdrawal_id in (payout.id, new_id()):
        with pytest.raises(NotFound):
            cancel_withdrawal(actor=actor_for(make_user()), withdrawal_id=withdrawal_id)
    assert everything() == before
