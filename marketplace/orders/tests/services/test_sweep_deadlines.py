"""What happens by itself, by the database's clock."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.core.jobs import run_due
from marketplace.core.models import Heartbeat
from marketplace.orders import services
from marketplace.orders.errors import DeadlineNotDue
from marketplace.orders.models import (
    CancelReason,
    Deadline,
    DeadlineKind,
    Order,
    OrderStatus,
    SweepOutage,
)
from marketplace.orders.services._outages import JOB_NAME, note_outage
from marketplace.orders.services.sweep_deadlines import sweep_deadlines
from marketplace.orders.tests.factories import TIMER, Deal, everything, later
from marketplace.payments.ledger import accounts
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def sweep() -> int:
    return run_due(JOB_NAME)


@pytest.fixture
def deal(provider: FakeProvider) -> Deal:
    return Deal(provider)


def test_nothing_is_due_before_its_time(deal: Deal) -> None:
    before = everything()
    with later(minutes=29):
        assert sweep() == 0
    assert everything() == before


def test_an_unpaid_order_is_cancelled_and_its_stock_is_free(deal: Deal) -> None:
    with later(minutes=31):
        assert sweep() == 1
    assert deal.order.cancel_reason == CancelReason.PAYMENT_EXPIRED
    assert deal.stock == 10
    with later(minutes=32):
        assert sweep() == 0
    assert len(recorded("orders.OrderCancelled")) == 1


def test_an_unshipped_order_is_refunded(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.PROCESSING)
    with later(days=8):
        sweep()
    assert deal.order.cancel_reason == CancelReason.NOT_SHIPPED_IN_TIME
    assert payments.balance(accounts.order_escrow(deal.id, "EUR")) == 0


def test_a_silent_seller_loses_the_sale_after_seventy_two_hours(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.PROCESSING)
    deal.ask_to_cancel()
    with later(hours=71):
        assert sweep() == 0
    with later(hours=72, minutes=1):
        sweep()
    assert deal.order.cancel_reason == CancelReason.REQUEST_UNANSWERED


def test_the_buyer_is_reminded_and_then_the_seller_is_paid(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    with later(hours=49):
        assert sweep() == 1
    assert deal.status == OrderStatus.DELIVERED
    (reminder,) = recorded("orders.CompletionNear")
    assert reminder["order_id"] == str(deal.id)
    with later(hours=71):
        assert sweep() == 0
    with later(hours=74):
        assert sweep() == 1
    assert deal.status == OrderStatus.COMPLETED
    assert payments.wallet(deal.seller) == 2990 - deal.payment.commission_minor
    assert recorded("orders.OrderCompleted")[0]["is_automatic"] is True


def test_a_late_reminder_still_leaves_the_buyer_the_promised_time(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    with later(hours=100):
        sweep()
        assert deal.status == OrderStatus.DELIVERED
        assert deal.deadlines[DeadlineKind.AUTO_COMPLETE] == clock.now() + timedelta(hours=24)
    with later(hours=125):
        sweep()
    assert deal.status == OrderStatus.COMPLETED


def test_a_parcel_nobody_scanned_is_the_buyers_to_cancel(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.SHIPPED)
    with later(days=15, minutes=1):
        sweep()
    assert deal.order.scan_overdue_at is not None
    assert deal.status == OrderStatus.SHIPPED
    deal.cancel(deal.buyer)
    assert deal.status == OrderStatus.CANCELLED


def test_a_worker_whose_clock_is_ahead_ends_nothing_early(deal: Deal) -> None:
    before = everything()
    with pytest.raises(DeadlineNotDue):
        services.expire_payment(order_id=deal.id, actor=TIMER)
    assert everything() == before


def test_timers_stand_still_while_the_money_is_frozen(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    deal.remind()
    deal.freeze()
    with later(days=30):
        sweep()
        assert deal.status == OrderStatus.DELIVERED
        waiting = Deadline.objects.get(order_id=deal.id, kind=DeadlineKind.AUTO_COMPLETE)
        assert (waiting.attempts, waiting.next_attempt_at > clock.now()) == (0, True)
    Order.objects.filter(id=deal.id).update(frozen_at=None, frozen_reason="")
    with later(days=30, hours=1):
        sweep()
    assert deal.status == OrderStatus.COMPLETED


def test_one_poisoned_order_does_not_stop_the_rest(provider: FakeProvider) -> None:
    poisoned, sound = Deal(provider), Deal(provider)
    # Stock that is gone for good: cancelling fails in the product service every time.
    Order.objects.filter(id=poisoned.id).update(escrow_terms={})
    Deadline.objects.filter(order_id=poisoned.id).update(kind=DeadlineKind.SHIP_BY)

    with later(hours=1):
        assert sweep() >= 1
        assert sound.status == OrderStatus.CANCELLED
        assert poisoned.status == OrderStatus.PENDING_PAYMENT
        failed = Deadline.objects.get(order_id=poisoned.id)
        assert failed.attempts == 1
        assert failed.next_attempt_at > clock.now()
        assert "TimerNotApplicable" in failed.last_error


def beat(hours_ago: float) -> None:
    Heartbeat.objects.update_or_create(
        name=JOB_NAME,
        defaults={
            "every_seconds": 1,
            "succeeded_at": clock.database_now() - timedelta(hours=hours_ago),
        },
    )


def test_an_outage_gives_its_time_back(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.PROCESSING)
    deal.ask_to_cancel()
    due_at = deal.deadlines[DeadlineKind.CANCEL_REQUEST]
    with later(hours=80):
        beat(hours_ago=10)  # swept until 70 hours, two hours before the end
        sweep()
        assert deal.status == OrderStatus.PROCESSING
        made_up = deal.deadlines[DeadlineKind.CANCEL_REQUEST]
        assert abs(made_up - due_at - timedelta(hours=10)) < timedelta(seconds=1)
        beat(hours_ago=0)
    with later(hours=81, minutes=59):
        beat(hours_ago=0)
        assert sweep() == 0
    with later(hours=82, minutes=1):
        beat(hours_ago=0)
        assert sweep() == 1
    assert deal.status == OrderStatus.CANCELLED
    assert SweepOutage.objects.count() == 1


def test_an_outage_lasts_until_a_sweep_succeeds(deal: Deal) -> None:
    """The worker came back after ten minutes, and its sweeps failed for another hour."""
    beat(hours_ago=0)
    with later(minutes=10):
        note_outage()
    with later(minutes=70):
        note_outage()
    outage = SweepOutage.objects.get()
    assert abs(outage.ended_at - outage.began_at - timedelta(minutes=70)) < timedelta(seconds=1)


def test_what_was_due_before_the_outage_is_not_extended(deal: Deal) -> None:
    with later(hours=10):
        beat(hours_ago=9)  # the half hour to pay was over before
        sweep()
    assert deal.status == OrderStatus.CANCELLED


def test_an_outage_before_the_deadline_began_does_not_count(provider: FakeProvider) -> None:
    beat(hours_ago=5)
    sweep()
    assert SweepOutage.objects.count() == 1
    beat(hours_ago=0)
    deal = Deal(provider)
    with later(minutes=31):
        beat(hours_ago=0)
        sweep()
    assert deal.status == OrderStatus.CANCELLED


def test_a_restart_is_no_outage(deal: Deal) -> None:
    beat(hours_ago=0.05)
    sweep()
    assert SweepOutage.objects.count() == 0


def test_a_batch_is_bounded(provider: FakeProvider) -> None:
    for _ in range(3):
        Deal(provider)
    with later(hours=1):
        assert sweep_deadlines(limit=2) == 2
        assert sweep_deadlines(limit=2) == 1


def test_a_sweep_of_nothing_costs_a_handful_of_queries(
    deal: Deal, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        sweep()
