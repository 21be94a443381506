"""What may leave a wallet, how much and when: policies are rows, the database's clock judges."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    BankAccountNotUsableYet,
    FundsOnHold,
    InsufficientBalance,
    WalletInactive,
    WithdrawalLimitReached,
    WithdrawalOverMaximum,
)
from marketplace.payments.models import BankAccount, Payout, PayoutPolicy
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import PayoutOutcome
from marketplace.payments.repositories.payout_policies import (
    hold_bank_accounts,
    read_payout_terms,
)
from marketplace.payments.services import refund_order, submit_payouts
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_user,
    sell,
    set_payout_policy,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.services import reset_second_factors
from marketplace.users.tests.authenticator import give_totp
from marketplace.users.tests.factories import actor, make_admin

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    """With 100.00 EUR in the wallet and a bank account."""
    with clock.frozen(START):
        seller = make_paid_seller(provider)
        make_bank_account(seller)
    return seller


def withdraw(seller: User, amount_minor: int, key: str = "w-1") -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(amount_minor, "EUR"),
        bank_account_id=BankAccount.objects.get(user=seller).id,
        idempotency_key=key,
    )
    return Payout.objects.get(id=snapshot.id)


def refused(error: type[DomainError], seller: User, amount_minor: int, key: str = "no") -> Any:
    """The refusal, after seeing that it changed nothing."""
    before = everything()
    with pytest.raises(error) as refusal:
        withdraw(seller, amount_minor, key)
    assert everything() == before
    return refusal.value


class TestWhichPolicyHolds:
    def test_the_most_specific_row_that_says_something_wins(self) -> None:
        user = make_user()
        set_payout_policy(held_sales_days=1, reserve_days=10, bank_account_wait_hours=72)
        set_payout_policy(level="T0", held_sales_days=2, reserve_days=20)
        set_payout_policy(currency="EUR", held_sales_days=3, maximum_minor=9)
        set_payout_policy(currency="EUR", level="T0", maximum_minor=7)
        set_payout_policy(currency="EUR", level="T1", maximum_minor=1)
        set_payout_policy(currency="USD", maximum_minor=2)

        terms = read_payout_terms(user_id=user.pk, currency="EUR")

        assert terms.maximum_minor == 7, "currency and level"
        assert terms.held_sales_days == 3, "currency before level"
        assert terms.reserve_days == 20, "level before everything"
        assert terms.bank_account_wait_hours == 72
        assert read_payout_terms(user_id=user.pk, currency="USD").maximum_minor == 2

    def test_a_zero_that_a_row_says_is_not_nothing(self) -> None:
        set_payout_policy(reserve_bps=500)
        set_payout_policy(level="T0", reserve_bps=0)
        assert read_payout_terms(user_id=make_user().pk, currency="EUR").reserve_bps == 0

    def test_without_rows_it_is_careful_and_not_open(self) -> None:
        PayoutPolicy.objects.all().delete()
        terms = read_payout_terms(user_id=make_user().pk, currency="EUR")
        assert terms == PayoutTerms()
        assert (terms.bank_account_wait_hours, terms.held_sales_count) == (72, 3)

    def test_one_row_for_a_currency_and_level(self) -> None:
        set_payout_policy(currency="EUR")
        for currency in (None, "EUR"):
            with pytest.raises(IntegrityError), transaction.atomic():
                PayoutPolicy.objects.create(currency=currency)

    def test_an_amount_needs_a_currency(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            PayoutPolicy.objects.create(verification_level="T3", maximum_minor=1)

    def test_terms_of_older_and_newer_versions_are_read(self) -> None:
        assert PayoutTerms.from_json({"reserve_bps": 5, "of_the_future": 1}).reserve_bps == 5

    def test_a_payout_keeps_the_terms_it_was_requested_under(self, seller: User) -> None:
        set_payout_policy(currency="EUR", maximum_minor=6_000)
        payout = withdraw(seller, 6_000)
        set_payout_policy(currency="EUR", maximum_minor=1)
        payout.refresh_from_db()
        assert PayoutTerms.from_json(payout.policy).maximum_minor == 6_000
        assert check_projections().differences == []


class TestAmounts:
    def test_one_withdrawal_has_a_largest(self, seller: User) -> None:
        set_payout_policy(currency="EUR", maximum_minor=5_000)
        refusal = refused(WithdrawalOverMaximum, seller, 5_001)
        assert refusal.extra == {"maximum": "50.00"}
        assert withdraw(seller, 5_000).status == "REQUESTED"

    @pytest.mark.parametrize(
        ("member", "window"),
        [("day_limit_minor", timedelta(hours=24)), ("month_limit_minor", timedelta(days=30))],
    )
    def test_a_rolling_limit_says_how_much_and_from_when(
        self, seller: User, member: str, window: timedelta
    ) -> None:
        set_payout_policy(currency="EUR", level="T0", **{member: 5_000})
        with clock.frozen(START):
            withdraw(seller, 3_000, "first")
        with clock.frozen(START + timedelta(hours=1)):
            withdraw(seller, 1_500, "second")
        with clock.frozen(START + timedelta(hours=2)):
            refusal = refused(WithdrawalLimitReached, seller, 1_000)
            assert refusal.extra == {
                "available": "5.00",
                "available_from_at": (START + window).isoformat(),
            }
            refusal = refused(WithdrawalLimitReached, seller, 4_000)
            later = START + timedelta(hours=1) + window
            assert refusal.extra["available_from_at"] == later.isoformat()
            refusal = refused(WithdrawalLimitReached, seller, 5_001)
            assert refusal.extra["available_from_at"] is None, "it never fits"
            withdraw(seller, 500, "what is left")
        with clock.frozen(START + window):
            withdraw(seller, 3_000, "again")

    def test_what_came_back_uses_no_limit(self, provider: FakeProvider, seller: User) -> None:
        set_payout_policy(currency="EUR", day_limit_minor=5_000)
        payout = withdraw(seller, 5_000)
        submit_payouts()
        object_id = provider.settle_payout(str(payout.id), PayoutOutcome.FAILED)
        record_payout_observed(
            payout_id=payout.id, observed=provider.payouts[object_id], known_status="SENT"
        )
        assert withdraw(seller, 5_000, "again").status == "REQUESTED"

    def test_levels_have_limits_of_their_own(self, seller: User) -> None:
        set_payout_policy(currency="EUR", level="T0", day_limit_minor=0)
        set_payout_policy(currency="EUR", level="T2", day_limit_minor=10_000)
        refused(WithdrawalLimitReached, seller, 1)
        User.objects.filter(pk=seller.pk).update(
            verification_level="T2", verification_status="VERIFIED"
        )
        assert withdraw(seller, 10_000).status == "REQUESTED"

    def test_nothing_leaves_the_wallet_of_a_suspended_user(self, seller: User) -> None:
        User.objects.filter(pk=seller.pk).update(suspended_at=START)
        assert "support" in refused(WalletInactive, seller, 1).detail


class TestFirstSales:
    @pytest.fixture(autouse=True)
    def policy(self) -> None:
        set_payout_policy(held_sales_count=2, held_sales_days=7)

    def test_they_can_be_withdrawn_some_days_after_their_release(
        self, provider: FakeProvider, seller: User
    ) -> None:
        with clock.frozen(START + timedelta(days=1)):
            sell(provider, seller, Money(2_000, "EUR"))
        with clock.frozen(START + timedelta(days=2)):
            sell(provider, seller, Money(500, "EUR"))
            assert wallet(seller) == 12_500
            refusal = refused(FundsOnHold, seller, 501)
            assert refusal.extra == {
                "available": "5.00",
                "available_from_at": (START + timedelta(days=7)).isoformat(),
            }
            refusal = refused(FundsOnHold, seller, 10_501)
            assert refusal.extra["available_from_at"] == (START + timedelta(days=8)).isoformat()
            refused(InsufficientBalance, seller, 12_501)
            withdraw(seller, 500, "the third sale")
        with clock.frozen(START + timedelta(days=7)):
            withdraw(seller, 10_000, "the first sale")
            refused(FundsOnHold, seller, 1)
        with clock.frozen(START + timedelta(days=8)):
            withdraw(seller, 2_000, "the second sale")

    def test_sales_in_another_currency_count(self, provider: FakeProvider, seller: User) -> None:
        with clock.frozen(START + timedelta(days=1)):
            sell(provider, seller, Money(900, "USD"))
        with clock.frozen(START + timedelta(days=2)):
            sell(provider, seller, Money(800, "EUR"))
            withdraw(seller, 800)

    def test_of_a_refunded_first_sale_only_the_rest_is_held(
        self, provider: FakeProvider, seller: User
    ) -> None:
        with clock.frozen(START + timedelta(hours=1)):
            second = sell(provider, seller, Money(4_000, "EUR"))
            sell(provider, seller, Money(1_000, "EUR"))
            in_transaction(
                refund_order,
                refund_id=new_id(),
                order_id=second.order_id,
                amount=Money(3_000, "EUR"),
                reason="Broken",
                actor=Actor.system("test"),
            )
        with clock.frozen(START + timedelta(hours=2)):
            assert wallet(seller) == 12_000
            assert refused(FundsOnHold, seller, 1_001).extra["available"] == "10.00"
            withdraw(seller, 1_000)

    def test_a_policy_that_is_relaxed_frees_the_money_at_once(self, seller: User) -> None:
        with clock.frozen(START + timedelta(hours=1)):
            refused(FundsOnHold, seller, 1)
            set_payout_policy(held_sales_count=0)
            withdraw(seller, 10_000)


class TestReserve:
    def test_a_share_of_each_release_is_held_for_some_days(
        self, provider: FakeProvider, seller: User
    ) -> None:
        set_payout_policy(reserve_bps=1_000, reserve_days=30)
        with clock.frozen(START + timedelta(days=1)):
            sell(provider, seller, Money(1_005, "EUR"))
            # 10.00 and, with half a cent rounded up, 1.01
            refusal = refused(FundsOnHold, seller, 9_905)
            assert refusal.extra == {
                "available": "99.04",
                "available_from_at": (START + timedelta(days=30)).isoformat(),
            }
            withdraw(seller, 9_904)
        with clock.frozen(START + timedelta(days=30)):
            withdraw(seller, 1_000, "the first day's reserve")
            refused(FundsOnHold, seller, 1)
        with clock.frozen(START + timedelta(days=31)):
            withdraw(seller, 101, "the second day's")

    def test_a_first_sale_is_not_held_twice(self, seller: User) -> None:
        set_payout_policy(held_sales_count=1, held_sales_days=7, reserve_bps=5_000, reserve_days=30)
        with clock.frozen(START + timedelta(days=1)):
            refused(FundsOnHold, seller, 1)
        with clock.frozen(START + timedelta(days=8)):
            refused(FundsOnHold, seller, 5_001)
            withdraw(seller, 5_000)


class TestBankAccountWait:
    def test_money_can_go_to_a_new_account_after_the_wait(
        self, provider: FakeProvider, seller: User
    ) -> None:
        set_payout_policy(bank_account_wait_hours=72)
        other = make_paid_seller(provider)
        with clock.frozen(START):
            make_bank_account(other)
        set_payout_policy(bank_account_wait_hours=0)
        with clock.frozen(START + timedelta(hours=71, minutes=59)):
            refusal = refused(BankAccountNotUsableYet, other, 1_000)
            usable_from_at = (START + timedelta(hours=72)).isoformat()
            assert refusal.extra == {"usable_from_at": usable_from_at}
            assert "2026-03-05 10:00 UTC" in refusal.detail
        with clock.frozen(START + timedelta(hours=72)):
            assert withdraw(other, 1_000).status == "REQUESTED"

    def test_it_begins_anew_when_an_operator_takes_second_factors_away(
        self,
    ) -> None:
        seller = make_user()
        removed, kept = make_bank_account(seller), make_bank_account(seller, "USD")
        BankAccount.objects.filter(pk=removed.pk).update(removed_at=clock.now())
        stranger = make_bank_account(make_user())
        set_payout_policy(bank_account_wait_hours=72)
        give_totp(seller)
        reset_second_factors(user_id=seller.pk, actor=actor(make_admin()), reason="Lost it")

        # At once: an event would leave a while in which somebody else withdraws.
        left = {row.pk: row.usable_from_at for row in BankAccount.objects.all()}
        wait = left[kept.pk] - clock.database_now()
        assert timedelta(hours=71, minutes=59) < wait <= timedelta(hours=72)
        assert left[removed.pk] == removed.usable_from_at
        assert left[stranger.pk] == stranger.usable_from_at

    def test_a_wait_that_ends_later_stays(self, provider: FakeProvider, seller: User) -> None:
        set_payout_policy(bank_account_wait_hours=72)
        account = make_bank_account(seller, "USD")
        set_payout_policy(bank_account_wait_hours=0)

        in_transaction(hold_bank_accounts, user_id=seller.pk)

        kept = BankAccount.objects.get(pk=account.pk)
        assert kept.usable_from_at == account.usable_from_at
