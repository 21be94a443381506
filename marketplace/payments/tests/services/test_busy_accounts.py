"""More to one account number than the policy lets through waits for people, and so may a number
that somebody else keeps."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount, Payout, PayoutPolicy, Wallet
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.payments.providers.protocol import PayoutOutcome
from marketplace.payments.repositories.payout_limits import is_busy_account
from marketplace.payments.services import (
    cancel_withdrawal,
    reject_payout,
    remove_bank_account,
    set_payout_schedule,
    submit_payouts,
)
from marketplace.payments.services.pay_on_schedule import pay_on_schedule
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.tests.factories import (
    actor_for,
    add_approved_bank_account,
    make_bank_account,
    make_paid_seller,
    make_user,
    sell,
    set_payout_policy,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
BUSY, SHARED = ["account_velocity"], ["shared_account"]


def withdraw(seller: User, amount_minor: int = 1_000, currency: str = "EUR") -> Payout:
    """To the one number that everybody here keeps."""
    kept = BankAccount.objects.filter(user=seller, currency=currency, removed_at=None).first()
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(amount_minor, currency),
        bank_account_id=(kept or make_bank_account(seller, currency)).id,
        idempotency_key=f"w-{Payout.objects.count()}-{seller.pk}",
    )
    return Payout.objects.get(id=snapshot.id)


def operator() -> Any:
    return actor_for(make_user(Role.ADMIN))


def test_without_a_policy_nobody_counts(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    assert [withdraw(seller).reasons for _ in range(4)] == [[]] * 4


def test_the_one_that_is_too_many_waits_whoever_asks(provider: FakeProvider) -> None:
    set_payout_policy(account_day_payouts=2)
    first, second = make_paid_seller(provider), make_paid_seller(provider)
    assert [withdraw(first).reasons, withdraw(second).reasons] == [[], []]
    third = withdraw(second)
    assert (third.reasons, third.awaits_approval, third.approvals_needed) == (BUSY, True, 2)
    assert PayoutTerms.from_json(third.policy).account_day_payouts == 2
    assert submit_payouts() == 2


def test_the_one_with_which_it_is_too_much_waits(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", account_day_minor=5_000)
    first, second = make_paid_seller(provider), make_paid_seller(provider)
    assert withdraw(first, 3_000).reasons == []
    assert withdraw(second, 2_001).reasons == BUSY
    assert withdraw(first, 2_000).reasons == BUSY, "one that waits counts, too"


def test_another_currency_is_one_more_payout_and_no_more_money(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", account_day_minor=5_000, account_day_payouts=2)
    seller = make_paid_seller(provider)
    sell(provider, seller, Money(9_000, "USD"))
    withdraw(seller, 9_000, "USD")
    assert withdraw(seller, 5_000).reasons == []
    assert withdraw(seller, 1).reasons == BUSY


def test_another_number_is_another_account(provider: FakeProvider) -> None:
    set_payout_policy(account_day_payouts=1)
    first, second = make_paid_seller(provider), make_paid_seller(provider)
    other = add_approved_bank_account(
        actor=actor_for(second),
        account_holder="Linden",
        currency="EUR",
        account_number="12345678",
    )
    assert withdraw(first).reasons == []
    assert BankAccount.objects.get(id=other.id).is_default
    assert withdraw(second).reasons == []


def test_what_came_back_does_not_count(provider: FakeProvider) -> None:
    set_payout_policy(account_day_payouts=1)
    seller = make_paid_seller(provider)
    cancel_withdrawal(actor=actor_for(seller), withdrawal_id=withdraw(seller).id)
    reject_payout(payout_id=withdraw(seller).id, actor=operator(), reason="No")
    failed = withdraw(seller)
    assert failed.reasons == []
    submit_payouts()
    object_id = provider.settle_payout(str(failed.id), PayoutOutcome.FAILED)
    record_payout_observed(payout_id=failed.id, observed=provider.payouts[object_id])
    assert withdraw(seller).reasons == []
    assert withdraw(seller).reasons == BUSY


def test_after_24_hours_it_is_free_again(provider: FakeProvider) -> None:
    set_payout_policy(account_day_payouts=1)
    seller = make_paid_seller(provider)
    withdraw(seller)
    with clock.shifted(timedelta(hours=23, minutes=59)):
        late = withdraw(seller)
        assert late.reasons == BUSY
        cancel_withdrawal(actor=actor_for(seller), withdrawal_id=late.id)
    with clock.shifted(timedelta(hours=24, minutes=1)):
        assert withdraw(seller).reasons == []


def test_a_number_that_was_removed_and_added_again_is_the_same(provider: FakeProvider) -> None:
    set_payout_policy(account_day_payouts=1)
    seller = make_paid_seller(provider)
    withdraw(seller)
    account = BankAccount.objects.get()
    remove_bank_account(actor=actor_for(seller), bank_account_id=account.id)
    assert withdraw(seller).reasons == BUSY
    assert BankAccount.objects.count() == 2


def test_the_scheduled_run_asks_the_same(provider: FakeProvider) -> None:
    set_payout_policy(account_day_payouts=1)
    withdraw(make_paid_seller(provider))
    seller = make_paid_seller(provider)
    make_bank_account(seller)
    chosen_at = clock.database_now() - timedelta(days=2)
    with clock.frozen(chosen_at):
        set_payout_schedule(actor=actor_for(seller), currency="EUR", interval="DAILY")
    assert pay_on_schedule(wallet_id=Wallet.objects.get(user=seller).id)
    assert Payout.objects.get(user=seller).reasons == BUSY


def test_it_costs_a_lock_and_one_query(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    withdraw(seller)
    account = BankAccount.objects.get()
    asked = partial(is_busy_account, account, adding=Money(1, "EUR"), at=clock.database_now())
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert not asked(terms=PayoutTerms())
        assert len(queries) == 0
        assert asked(terms=PayoutTerms(account_day_payouts=1))
        assert len(queries) == 2


def test_money_needs_a_currency_and_is_not_negative() -> None:
    for wrong in ({"account_day_minor": 1}, {"currency": "EUR", "account_day_minor": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PayoutPolicy.objects.create(verification_level="T3", **wrong)


@pytest.mark.django_db(transaction=True)
def test_of_wallets_that_pay_it_at_the_same_moment_each_sees_those_before(
    provider: FakeProvider,
) -> None:
    set_payout_policy(account_day_payouts=1)
    sellers = [make_paid_seller(provider) for _ in range(4)]
    for seller in sellers:
        make_bank_account(seller)
    outcomes = at_once(*[partial(withdraw, seller) for seller in sellers])
    assert refused(outcomes) == []
    assert Payout.objects.filter(reasons=[]).count() == 1
    assert Payout.objects.filter(reasons=BUSY, awaits_approval=True).count() == 3


# --- numbers that somebody else keeps


def test_a_shared_number_waits_only_where_the_policy_says_so(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    make_bank_account(make_user())
    assert withdraw(seller).reasons == []
    set_payout_policy(shared_account_waits=True)
    assert withdraw(seller).reasons == SHARED
    set_payout_policy(level="T0", shared_account_waits=False)
    assert withdraw(seller).reasons == [], "the more specific row"


def test_a_number_of_ones_own_is_not_shared(provider: FakeProvider) -> None:
    set_payout_policy(shared_account_waits=True)
    seller = make_paid_seller(provider)
    make_bank_account(seller, "USD")
    assert withdraw(seller).reasons == []


def test_what_another_has_removed_is_no_longer_shared(provider: FakeProvider) -> None:
    set_payout_policy(shared_account_waits=True)
    seller, other = make_paid_seller(provider), make_user()
    account = make_bank_account(other)
    remove_bank_account(actor=actor_for(other), bank_account_id=account.id)
    assert withdraw(seller).reasons == []


def test_a_number_that_a_payout_came_back_from_waits_for_anybody_until_it_is_cleared(
    provider: FakeProvider,
) -> None:
    set_payout_policy(shared_account_waits=True)
    seller, other = make_paid_seller(provider), make_user()
    account = make_bank_account(other)
    remove_bank_account(actor=actor_for(other), bank_account_id=account.id)
    BankAccount.objects.filter(id=account.id).update(blocked_at=clock.now())
    assert withdraw(seller).reasons == SHARED
    BankAccount.objects.filter(id=account.id).update(blocked_at=None)
    assert withdraw(seller).reasons == []


def test_several_reasons_stand_together(provider: FakeProvider) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0, shared_account_waits=True)
    make_bank_account(make_user())
    assert withdraw(make_paid_seller(provider)).reasons == ["amount", *SHARED]
