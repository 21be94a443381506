"""Scheduled payouts: one per wallet and period, whatever runs twice, at once or dies."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.health import readiness_checks
from marketplace.core.jobs import registered_jobs, run_due
from marketplace.payments.errors import InvalidPayoutSchedule
from marketplace.payments.models import (
    BankAccount,
    Payout,
    PayoutBatch,
    PayoutBatchItem,
    PayoutMinimum,
    PayoutSchedule,
    Wallet,
)
from marketplace.payments.monitors import check_payout_schedules
from marketplace.payments.queries import list_payout_schedules
from marketplace.payments.services import run_payout_batch, set_payout_schedule
from marketplace.payments.services.pay_on_schedule import pay_on_schedule
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    make_bank_account,
    make_paid_seller,
    make_user,
    sell,
    set_payout_policy,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TUESDAY_AT_SIX = datetime(2026, 3, 3, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    """With 100.00 EUR, a bank account, and a daily schedule from Tuesday on."""
    with clock.frozen(MONDAY):
        seller = make_paid_seller(provider)
        make_bank_account(seller)
        choose(seller)
    return seller


def choose(seller: User, interval: str = "DAILY", weekday: str = "") -> Any:
    return set_payout_schedule(
        actor=actor_for(seller), currency="EUR", interval=interval, weekday=weekday
    )


def run(at: datetime) -> int:
    with clock.frozen(at):
        return run_due("payments.run_payout_batch")


def last_run(seller: User) -> Any:
    (schedule,) = list_payout_schedules(user_id=seller.pk)
    return schedule.last_run


class TestChoosing:
    @pytest.mark.parametrize(
        ("at", "interval", "weekday", "first"),
        [
            (MONDAY, "DAILY", "", datetime(2026, 3, 3, 6, tzinfo=UTC)),
            (MONDAY.replace(hour=5), "DAILY", "", datetime(2026, 3, 2, 6, tzinfo=UTC)),
            (MONDAY, "WEEKLY", "MONDAY", datetime(2026, 3, 9, 6, tzinfo=UTC)),
            (MONDAY, "WEEKLY", "SUNDAY", datetime(2026, 3, 8, 6, tzinfo=UTC)),
            (MONDAY, "MANUAL", "", None),
        ],
    )
    def test_says_when_the_next_run_is(
        self, seller: User, at: datetime, interval: str, weekday: str, first: datetime | None
    ) -> None:
        PayoutSchedule.objects.all().delete()
        with clock.frozen(at):
            assert choose(seller, interval, weekday).next_run_at == first

    @pytest.mark.parametrize(
        ("interval", "weekday"),
        [("HOURLY", ""), ("WEEKLY", ""), ("WEEKLY", "FREITAG"), ("DAILY", "MONDAY")],
    )
    def test_refuses_what_makes_no_sense(self, seller: User, interval: str, weekday: str) -> None:
        before = list(PayoutSchedule.objects.values())
        with pytest.raises(InvalidPayoutSchedule) as refusal:
            choose(seller, interval, weekday)
        assert refusal.value.fields
        assert list(PayoutSchedule.objects.values()) == before

    def test_needs_a_wallet(self) -> None:
        for actor in (actor_for(make_user()), Actor.system("job")):
            with pytest.raises(NotFound):
                set_payout_schedule(actor=actor, currency="EUR", interval="DAILY")

    def test_the_same_again_does_not_postpone_the_run(self, seller: User) -> None:
        with clock.frozen(TUESDAY_AT_SIX + timedelta(minutes=1)):
            choose(seller)
        assert run(TUESDAY_AT_SIX + timedelta(minutes=2)) == 1

    def test_a_wallet_without_a_schedule_is_paid_on_request(self, provider: FakeProvider) -> None:
        (schedule,) = list_payout_schedules(user_id=make_paid_seller(provider).pk)
        assert (schedule.interval, schedule.next_run_at) == ("MANUAL", None)


class TestRunning:
    def test_pays_out_what_there_is_and_counts_it(
        self, provider: FakeProvider, seller: User
    ) -> None:
        assert run(TUESDAY_AT_SIX - timedelta(seconds=1)) == 0
        assert run(TUESDAY_AT_SIX) == 1
        payout = Payout.objects.get()
        assert (payout.amount_minor, payout.status, wallet(seller)) == (10_000, "REQUESTED", 0)
        batch = PayoutBatch.objects.get()
        assert (batch.run_on, batch.currency) == (date(2026, 3, 3), "EUR")
        assert (batch.payouts, batch.skipped, batch.total_minor) == (1, 0, 10_000)
        assert batch.finished_at is not None
        assert last_run(seller).withdrawal_id == payout.id

    def test_a_second_run_pays_nothing_more(self, provider: FakeProvider, seller: User) -> None:
        run(TUESDAY_AT_SIX)
        with clock.frozen(TUESDAY_AT_SIX):
            sell(provider, seller)
        before = everything()
        assert run(TUESDAY_AT_SIX + timedelta(hours=10)) == 0
        assert everything() == before
        assert run(TUESDAY_AT_SIX + DAY) == 1
        assert Payout.objects.count() == 2

    def test_changing_the_schedule_on_the_day_does_not_pay_twice(
        self, provider: FakeProvider, seller: User
    ) -> None:
        run(TUESDAY_AT_SIX)
        with clock.frozen(TUESDAY_AT_SIX + timedelta(hours=1)):
            sell(provider, seller)
            choose(seller, "WEEKLY", "TUESDAY")
            choose(seller, "DAILY")
        assert run(TUESDAY_AT_SIX + timedelta(hours=2)) == 0
        assert PayoutSchedule.objects.get().run_on == date(2026, 3, 4)

    def test_a_period_has_one_payout_even_if_the_schedule_were_set_back(
        self, provider: FakeProvider, seller: User
    ) -> None:
        run(TUESDAY_AT_SIX)
        with clock.frozen(TUESDAY_AT_SIX):
            sell(provider, seller)
        PayoutSchedule.objects.update(run_on=date(2026, 3, 3), due_at=TUESDAY_AT_SIX)
        with clock.frozen(TUESDAY_AT_SIX):
            run_payout_batch()
        assert Payout.objects.count() == 1
        item = PayoutBatchItem.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            PayoutBatchItem.objects.create(
                batch=item.batch,
                wallet_id=item.wallet_id,
                run_on=item.run_on,
                outcome="SKIPPED",
                code="again",
                currency="EUR",
                created_at=MONDAY,
            )

    def test_after_days_of_standstill_one_payout_is_made(self, seller: User) -> None:
        assert run(TUESDAY_AT_SIX + 5 * DAY) == 1
        assert Payout.objects.count() == 1
        assert PayoutSchedule.objects.get().run_on == date(2026, 3, 9)

    def test_a_crash_in_the_middle_leaves_the_rest_due_and_pays_each_once(
        self, provider: FakeProvider, seller: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with clock.frozen(MONDAY):
            other = make_paid_seller(provider)
            make_bank_account(other)
            choose(other)
        died: list[Any] = []

        def die_before_the_commit(*arguments: Any, **named: Any) -> None:
            if not died:
                died.append(arguments)
                raise KeyboardInterrupt

        command: Any = pay_on_schedule
        inside = command.__wrapped__.__globals__
        monkeypatch.setitem(inside, "plan_next", die_before_the_commit)
        with pytest.raises(KeyboardInterrupt), clock.frozen(TUESDAY_AT_SIX):
            run_payout_batch()
        assert Payout.objects.count() == 0
        monkeypatch.undo()
        assert run(TUESDAY_AT_SIX + timedelta(minutes=1)) == 2
        assert sorted(Payout.objects.values_list("amount_minor", flat=True)) == [10_000, 10_000]

    def test_one_that_fails_is_postponed_and_the_others_go_on(
        self, provider: FakeProvider, seller: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with clock.frozen(MONDAY):
            other = make_paid_seller(provider)
            make_bank_account(other)
            choose(other)
        bad = Wallet.objects.get(user=seller).id
        real = run_payout_batch.__globals__["pay_on_schedule"]

        def fail_for_one(*, wallet_id: Any) -> bool:
            if wallet_id == bad:
                raise RuntimeError("poisoned")
            paid: bool = real(wallet_id=wallet_id)
            return paid

        monkeypatch.setitem(run_payout_batch.__globals__, "pay_on_schedule", fail_for_one)
        run(TUESDAY_AT_SIX)
        assert Payout.objects.get().user_id == other.pk
        assert PayoutBatch.objects.get().finished_at is None
        schedule = PayoutSchedule.objects.get(user=seller)
        assert (schedule.attempts, schedule.run_on) == (1, date(2026, 3, 3))
        assert "poisoned" in schedule.last_error
        monkeypatch.undo()
        run(TUESDAY_AT_SIX + timedelta(hours=1))
        batch = PayoutBatch.objects.get()
        assert (batch.payouts, batch.total_minor) == (2, 20_000)
        assert batch.finished_at is not None

    def test_goes_to_the_default_account_within_the_limits(
        self, provider: FakeProvider, seller: User
    ) -> None:
        set_payout_policy(currency="EUR", maximum_minor=7_000, day_limit_minor=9_000)
        run(TUESDAY_AT_SIX)
        assert Payout.objects.get().amount_minor == 7_000
        with clock.frozen(TUESDAY_AT_SIX):
            sell(provider, seller)
        run(TUESDAY_AT_SIX + timedelta(hours=23))
        assert Payout.objects.count() == 1
        set_payout_policy(currency="EUR", maximum_minor=7_000, day_limit_minor=7_500)
        PayoutSchedule.objects.update(due_at=TUESDAY_AT_SIX)
        run(TUESDAY_AT_SIX + timedelta(hours=23, minutes=30))
        assert Payout.objects.order_by("-id")[0].amount_minor == 500

    def test_one_above_the_threshold_waits_for_approval(self, seller: User) -> None:
        set_payout_policy(currency="EUR", approval_above_minor=9_999)
        run(TUESDAY_AT_SIX)
        assert Payout.objects.get().awaits_approval


class TestSkipping:
    def skipped(self, seller: User, code: str) -> str:
        assert run(TUESDAY_AT_SIX) == 1
        assert Payout.objects.count() == 0
        made = last_run(seller)
        assert (made.outcome, made.code) == ("SKIPPED", code)
        assert PayoutBatch.objects.get().skipped == 1
        assert PayoutSchedule.objects.get().run_on == date(2026, 3, 4)
        note: str = made.note
        return note

    def test_below_the_minimum(self, seller: User) -> None:
        PayoutMinimum.objects.create(currency="EUR", minimum_minor=10_001)
        note = self.skipped(seller, "withdrawal_too_small")
        assert note == "100.00 EUR can be withdrawn; the smallest withdrawal is 100.01 EUR."

    def test_all_on_hold(self, seller: User) -> None:
        set_payout_policy(held_sales_count=1, held_sales_days=7)
        self.skipped(seller, "withdrawal_too_small")

    def test_without_an_account(self, seller: User) -> None:
        BankAccount.objects.update(is_default=False)
        assert "Add a bank account" in self.skipped(seller, "no_default_bank_account")

    def test_an_account_that_must_wait(self, provider: FakeProvider, seller: User) -> None:
        BankAccount.objects.update(usable_from_at=TUESDAY_AT_SIX + DAY)
        assert "2026-03-04 06:00 UTC" in self.skipped(seller, "bank_account_not_usable_yet")

    def test_a_wallet_that_is_stopped(self, seller: User) -> None:
        Wallet.objects.update(is_active=False)
        self.skipped(seller, "wallet_inactive")

    def test_nothing_at_all_is_not_worth_a_line(self, provider: FakeProvider) -> None:
        with clock.frozen(MONDAY):
            seller = make_paid_seller(provider)
            make_bank_account(seller)
            choose(seller)
        run(TUESDAY_AT_SIX)
        assert run(TUESDAY_AT_SIX + DAY) == 1
        assert PayoutBatchItem.objects.count() == 1


class TestMonitor:
    def test_the_run_is_part_of_the_default_start_up_and_is_watched(self) -> None:
        """Mistake 15: payouts that nobody schedules."""
        assert {"payments.run_payout_batch", "payments.watch_paid_payouts"} <= set(
            registered_jobs()
        )
        assert readiness_checks()["payout schedules"].function is check_payout_schedules

    def test_readiness_says_when_a_day_was_not_run(self, seller: User) -> None:
        with clock.frozen(TUESDAY_AT_SIX + timedelta(minutes=59)):
            assert check_payout_schedules() == ""
        with clock.frozen(TUESDAY_AT_SIX + timedelta(minutes=61)):
            assert "2026-03-03" in check_payout_schedules()
            run_payout_batch()
            assert check_payout_schedules() == ""

    def test_one_that_fails_again_and_again_counts_as_not_run(self, seller: User) -> None:
        later = TUESDAY_AT_SIX + timedelta(hours=2)
        PayoutSchedule.objects.update(due_at=later + timedelta(hours=1), attempts=3)
        with clock.frozen(later):
            assert "2026-03-03" in check_payout_schedules()
