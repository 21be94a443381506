"""What a chargeback does to the order: by the events of payments, a moment after the money."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all, recorded
from marketplace.core.money import Money
from marketplace.orders import services
from marketplace.orders.errors import OrderFrozen
from marketplace.orders.models import DeadlineKind, OrderEvent, OrderStatus
from marketplace.orders.services.sweep_deadlines import sweep_deadlines
from marketplace.orders.tests.factories import PAYMENTS, Deal, everything
from marketplace.payments.errors import ChargebackOpen
from marketplace.payments.providers.protocol import ChargebackOutcome
from marketplace.payments.services.record_chargeback import record_chargeback_observed
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def record(deal: Deal, object_id: str) -> None:
    record_chargeback_observed(provider="sandbox", observed=deal.provider.chargebacks[object_id])


def open_one(deal: Deal, minor: int | None = None) -> str:
    paid = deal.payment
    object_id = deal.provider.open_chargeback(
        paid.provider_transaction_id,
        Money(minor or paid.captured_minor, "EUR"),
        Money(1_500, "EUR"),
    )
    record(deal, object_id)
    return object_id


def close(deal: Deal, object_id: str, outcome: ChargebackOutcome) -> None:
    deal.provider.close_chargeback(object_id, outcome)
    record(deal, object_id)
    deliver_all()


def commands(deal: Deal) -> list[str]:
    rows = OrderEvent.objects.filter(order_id=deal.id).order_by("version", "id")
    return [row.command for row in rows]


def test_before_the_order_knows_the_money_stands_still_already(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    open_one(deal)
    before = everything()
    with pytest.raises(ChargebackOpen):
        deal.confirm()
    assert everything() == before


def test_an_open_one_freezes_the_order_and_no_deadline_completes_it(
    provider: FakeProvider,
) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    deal.remind()
    open_one(deal)
    deliver_all()
    assert deal.order.frozen_reason == "chargeback"
    for refused in (deal.confirm, deal.refund):
        with pytest.raises(OrderFrozen):
            refused()
    with clock.shifted(timedelta(days=60)):
        sweep_deadlines()
    assert deal.status == OrderStatus.DELIVERED
    assert payments.wallet(deal.seller) == 0


@pytest.mark.parametrize("status", [OrderStatus.PAYMENT_RECEIVED, OrderStatus.PROCESSING])
def test_an_unshipped_frozen_order_is_not_cancelled_by_anybody(
    provider: FakeProvider, status: str
) -> None:
    deal = Deal(provider).drive_to(status)
    open_one(deal)
    deliver_all()
    with pytest.raises(OrderFrozen):
        deal.cancel(deal.seller)
    with clock.shifted(timedelta(days=60)):
        sweep_deadlines()
    assert deal.status == status


def test_won_the_clock_goes_on_with_what_was_left(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    start = clock.now()
    due_at = deal.deadlines[DeadlineKind.AUTO_COMPLETE]
    with clock.frozen(start + timedelta(hours=1)):
        object_id = open_one(deal)
        deliver_all()
    with clock.frozen(start + timedelta(days=31)):
        close(deal, object_id, ChargebackOutcome.WON)
    stood_still = timedelta(days=31) - timedelta(hours=1)
    assert deal.deadlines[DeadlineKind.AUTO_COMPLETE] == due_at + stood_still
    assert not deal.order.is_frozen
    assert commands(deal)[-2:] == ["chargeback_opened", "chargeback_ended"]
    deal.confirm()
    assert deal.status == OrderStatus.COMPLETED


@pytest.mark.parametrize(
    ("status", "stock"),
    [
        (OrderStatus.PAYMENT_RECEIVED, 10),
        (OrderStatus.SHIPPED, 9),
        (OrderStatus.DELIVERED, 9),
        (OrderStatus.COMPLETED, 9),
    ],
)
def test_lost_the_order_ends_as_refunded(provider: FakeProvider, status: str, stock: int) -> None:
    deal = Deal(provider).drive_to(status)
    object_id = open_one(deal)
    deliver_all()
    close(deal, object_id, ChargebackOutcome.LOST)
    assert (deal.status, deal.stock, deal.deadlines) == (OrderStatus.REFUNDED, stock, {})
    assert not deal.order.is_frozen
    assert deal.payment.status == "REFUNDED"
    assert len(recorded("orders.OrderRefunded")) == 1


def test_a_part_that_is_lost_leaves_the_rest_of_the_deal(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    object_id = open_one(deal, 990)
    deliver_all()
    close(deal, object_id, ChargebackOutcome.LOST)
    assert (deal.status, deal.order.is_frozen) == (OrderStatus.DELIVERED, False)
    deal.confirm()
    assert deal.payment.released_minor == 2_000


def test_events_that_come_late_or_twice_lead_to_the_same(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.SHIPPED)
    object_id = open_one(deal)
    deal.provider.close_chargeback(object_id, ChargebackOutcome.LOST)
    record(deal, object_id)
    deliver_all()
    assert deal.status == OrderStatus.REFUNDED
    before = everything()
    for _ in range(2):
        services.follow_chargebacks(order_id=deal.id, actor=PAYMENTS)
    assert everything() == before


def test_a_cancelled_order_stays_cancelled(provider: FakeProvider) -> None:
    """Mistake 2: refunded and charged back; the platform contests it, the order is over."""
    deal = Deal(provider).drive_to(OrderStatus.PAYMENT_RECEIVED)
    deal.cancel(deal.seller)
    object_id = open_one(deal)
    deliver_all()
    close(deal, object_id, ChargebackOutcome.LOST)
    assert deal.status == OrderStatus.CANCELLED
    assert payments.wallet(deal.seller) == 0
