"""Two real connections decide about the same payout, wallet or period at once."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.payments.errors import BankAccountBlocked, PayoutNotAwaitingApproval
from marketplace.payments.models import BankAccount, Payout, PayoutBatch, PayoutBatchItem
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import PayoutOutcome
from marketplace.payments.services import (
    approve_payout,
    cancel_withdrawal,
    reject_payout,
    run_payout_batch,
    set_payout_schedule,
    submit_payouts,
)
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.tests.factories import (
    actor_for,
    add_approved_bank_account,
    make_bank_account,
    make_paid_seller,
    make_user,
    set_payout_policy,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.users.models import User

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "The account has been theirs for years."


def withdraw(seller: User, amount_minor: int, key: str = "w-1") -> Payout:
    account = BankAccount.objects.filter(user=seller).first() or make_bank_account(seller)
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(amount_minor, "EUR"),
        bank_account_id=account.id,
        idempotency_key=key,
    )
    return Payout.objects.get(id=snapshot.id)


def operator() -> Any:
    return actor_for(make_user(Role.ADMIN))


def test_the_same_operator_at_the_same_moment_counts_once(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    payout, one = withdraw(make_paid_seller(provider), 6_000), operator()
    outcomes = at_once(*[partial(approve_payout, payout_id=payout.id, actor=one, reason=WHY)] * 4)
    assert len(refused(outcomes)) == 3
    payout.refresh_from_db()
    assert (len(payout.approved_by), payout.awaits_approval) == (1, True)
    assert submit_payouts() == 0


def test_of_four_operators_at_the_same_moment_two_count(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    payout = withdraw(make_paid_seller(provider), 6_000)
    each = [
        partial(approve_payout, payout_id=payout.id, actor=operator(), reason=WHY) for _ in range(4)
    ]
    outcomes = at_once(*each)
    assert [type(error) for error in refused(outcomes)] == [PayoutNotAwaitingApproval] * 2
    payout.refresh_from_db()
    assert (len(payout.approved_by), payout.awaits_approval) == (2, False)
    assert len(recorded("payments.PayoutApproved")) == 1, "it is let go once"
    assert submit_payouts() == 1
    assert len(provider.payouts) == 1


@pytest.mark.parametrize("_round", range(3))
def test_one_that_is_approved_while_its_account_is_blocked_is_not_sent(
    provider: FakeProvider, _round: int
) -> None:
    seller = make_paid_seller(provider)
    sent = withdraw(seller, 1_000)
    submit_payouts()
    set_payout_policy(currency="EUR", approval_above_minor=0)
    payout = withdraw(seller, 6_000, "w-2")
    approve_payout(payout_id=payout.id, actor=operator(), reason=WHY)
    returned = provider.payouts[provider.settle_payout(str(sent.id), PayoutOutcome.RETURNED)]
    outcomes = at_once(
        partial(approve_payout, payout_id=payout.id, actor=operator(), reason=WHY),
        partial(record_payout_observed, payout_id=sent.id, observed=returned, known_status="SENT"),
    )
    assert {type(error) for error in refused(outcomes)} <= {BankAccountBlocked}
    submit_payouts()
    payout.refresh_from_db()
    assert (payout.status, payout.awaits_approval) == ("REQUESTED", True)
    assert provider.calls.count("pay_out") == 1
    assert check_projections().differences == []


def test_of_approving_and_rejecting_one_wins(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    seller = make_paid_seller(provider)
    payout = withdraw(seller, 6_000)
    approve_payout(payout_id=payout.id, actor=operator(), reason=WHY)
    outcomes = at_once(
        partial(approve_payout, payout_id=payout.id, actor=operator(), reason=WHY),
        partial(reject_payout, payout_id=payout.id, actor=operator(), reason="No"),
        submit_payouts,
    )
    submit_payouts()
    payout.refresh_from_db()
    assert len(refused(outcomes)) in (0, 1), "a rejection may also come after the approval"
    is_back = payout.failure_code == "rejected"
    assert is_back != bool(provider.payouts)
    assert wallet(seller) == (10_000 if is_back else 4_000)


@pytest.mark.parametrize("_round", range(5))
def test_cancelling_against_sending_never_pays_and_refunds(
    provider: FakeProvider, _round: int
) -> None:
    """Mistake 3: the wallet is not credited for what the provider may have."""
    seller = make_paid_seller(provider)
    payout = withdraw(seller, 6_000)
    outcomes = at_once(
        partial(cancel_withdrawal, actor=actor_for(seller), withdrawal_id=payout.id),
        submit_payouts,
        submit_payouts,
    )
    was_cancelled = not refused(outcomes)
    assert was_cancelled != bool(provider.payouts)
    assert wallet(seller) == (10_000 if was_cancelled else 4_000)
    assert len(provider.payouts) <= 1
    assert check_projections().differences == []


def test_a_limit_is_not_passed_by_asking_twice_at_once(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", day_limit_minor=5_000)
    seller = make_paid_seller(provider)
    make_bank_account(seller)
    outcomes = at_once(*[partial(withdraw, seller, 3_000, f"w-{number}") for number in range(4)])
    assert len(refused(outcomes)) == 3
    assert wallet(seller) == 7_000


def test_two_runs_at_the_same_moment_pay_each_wallet_once(provider: FakeProvider) -> None:
    """Mistake 15: and a schedule that runs twice."""
    now = datetime.now(UTC)
    sellers = [make_paid_seller(provider) for _ in range(4)]
    with clock.frozen(now - timedelta(days=2)):
        for seller in sellers:
            make_bank_account(seller)
            set_payout_schedule(actor=actor_for(seller), currency="EUR", interval="DAILY")

    outcomes = at_once(*[run_payout_batch] * 3)

    assert refused(outcomes) == []
    assert sorted(Payout.objects.values_list("amount_minor", flat=True)) == [10_000] * 4
    assert PayoutBatchItem.objects.filter(outcome="REQUESTED").count() == 4
    run_payout_batch()
    batch = PayoutBatch.objects.get()
    assert (batch.payouts, batch.total_minor) == (4, 40_000)
    assert [wallet(seller) for seller in sellers] == [0] * 4


def test_a_request_and_the_run_at_the_same_moment_spend_the_balance_once(
    provider: FakeProvider,
) -> None:
    seller = make_paid_seller(provider)
    make_bank_account(seller)
    with clock.frozen(datetime.now(UTC) - timedelta(days=2)):
        set_payout_schedule(actor=actor_for(seller), currency="EUR", interval="DAILY")
    at_once(partial(withdraw, seller, 6_000), run_payout_batch)
    total = sum(Payout.objects.values_list("amount_minor", flat=True))
    assert (wallet(seller), total) == (0, 10_000)


def test_the_first_two_accounts_at_once_have_one_default(provider: FakeProvider) -> None:
    user = make_user()
    add = partial(
        add_approved_bank_account, actor=actor_for(user), account_holder="Linden", currency="EUR"
    )
    outcomes = at_once(
        partial(add, account_number="12345678"), partial(add, account_number="87654321")
    )
    assert refused(outcomes) == []
    assert BankAccount.objects.filter(is_default=True).count() == 1
    assert BankAccount.objects.count() == 2
