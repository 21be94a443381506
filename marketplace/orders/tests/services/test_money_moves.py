"""What each command does to the money, the stock and the deadlines."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.core import clock
from marketplace.core.events.testing import deliver_all, recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.orders import services
from marketplace.orders.errors import ShipByExtensionTooLong
from marketplace.orders.models import (
    CancellationRequest,
    CancelReason,
    Deadline,
    DeadlineKind,
    EscrowPolicy,
    Order,
    OrderEvent,
    OrderStatus,
)
from marketplace.orders.terms import add_business_days
from marketplace.orders.tests.factories import TIMER, Deal, everything
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentReview, Refund, ReviewKind
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.models import ReservationState, StockReservation
from marketplace.users.tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(provider: FakeProvider) -> Deal:
    return Deal(provider)


def escrow(deal: Deal) -> int:
    return payments.balance(accounts.order_escrow(deal.id, "EUR"))


def test_a_capture_puts_the_money_in_escrow_and_takes_the_stock(deal: Deal) -> None:
    deal.pay()
    assert deal.status == OrderStatus.PAYMENT_RECEIVED
    assert escrow(deal) == 2990
    assert deal.stock == 9
    assert StockReservation.objects.get(order_id=deal.id).state == ReservationState.CONSUMED
    assert set(deal.deadlines) == {DeadlineKind.SHIP_BY}


def test_the_event_of_payments_pays_the_order(deal: Deal) -> None:
    deal.capture()
    deliver_all()
    assert deal.status == OrderStatus.PAYMENT_RECEIVED


def test_a_capture_that_is_reported_twice_counts_once(deal: Deal) -> None:
    attempt_id = deal.capture()
    deal.receive(attempt_id)
    before = everything()
    deal.receive(attempt_id)
    assert everything() == before


@pytest.mark.parametrize("status", ["PROCESSING", "SHIPPED", "DELIVERED", "COMPLETED"])
def test_a_capture_reported_again_much_later_changes_nothing(
    status: str, provider: FakeProvider
) -> None:
    deal = Deal(provider).drive_to(status)
    before = everything()
    deal.receive(deal.attempt_id)
    assert everything() == before


def test_money_for_a_cancelled_order_is_held_reviewed_and_refunded(deal: Deal) -> None:
    attempt_id = deal.capture()
    deal.cancel(deal.buyer)

    deal.receive(attempt_id)

    assert deal.status == OrderStatus.CANCELLED
    assert PaymentReview.objects.get(order_id=deal.id).kind == ReviewKind.LATE_CAPTURE
    assert Refund.objects.get(payment__order_id=deal.id).amount_minor == 2990
    assert escrow(deal) == 0
    assert deal.stock == 10
    assert OrderEvent.objects.filter(order_id=deal.id, command="payment_in_review").count() == 1


def test_late_or_different_money_reported_again_changes_nothing(provider: FakeProvider) -> None:
    """Also when the inbox has long forgotten the event."""
    late, different = Deal(provider), Deal(provider)
    late_attempt, different_attempt = late.capture(), different.start()
    late.cancel(late.buyer)
    payments.report_capture(provider, different_attempt, Money(1, "EUR"))
    late.receive(late_attempt)
    different.receive(different_attempt)
    before = everything()

    late.receive(late_attempt)
    different.receive(different_attempt)

    assert everything() == before


def test_money_of_another_amount_is_reviewed_and_the_order_still_waits(deal: Deal) -> None:
    attempt_id = deal.start()
    payments.report_capture(deal.provider, attempt_id, Money(1, "EUR"))

    deal.receive(attempt_id)

    assert deal.status == OrderStatus.PENDING_PAYMENT
    assert PaymentReview.objects.get(order_id=deal.id).kind == ReviewKind.WRONG_AMOUNT
    assert DeadlineKind.PAY in deal.deadlines


def test_confirming_pays_the_seller_less_commission(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.COMPLETED)
    commission = deal.payment.commission_minor
    assert escrow(deal) == 0
    assert payments.wallet(deal.seller) == 2990 - commission
    assert deal.deadlines == {}
    assert recorded("orders.OrderCompleted")[0]["is_automatic"] is False


@pytest.mark.parametrize("status", ["PAYMENT_RECEIVED", "PROCESSING"])
def test_a_cancelling_seller_gives_everything_back(status: str, provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(status)
    deal.cancel(deal.seller)
    assert (escrow(deal), deal.stock) == (0, 10)
    assert Refund.objects.get(payment__order_id=deal.id).amount_minor == 2990
    assert deal.order.cancel_reason == CancelReason.SELLER_CANCELLED
    assert deal.deadlines == {}


def test_a_buyer_who_gives_up_before_paying_frees_the_stock(deal: Deal) -> None:
    deal.cancel(deal.buyer)
    assert deal.stock == 10
    assert deal.payment.voided_at is not None
    assert Refund.objects.count() == 0
    assert deal.order.cancel_note == "Changed my mind"


def test_a_granted_request_says_so(deal: Deal) -> None:
    deal.pay()
    deal.ask_to_cancel()
    deal.cancel(deal.seller)
    assert deal.order.cancel_reason == CancelReason.REQUEST_GRANTED
    assert CancellationRequest.objects.get(order_id=deal.id).status == "GRANTED"


def test_a_declined_request_can_be_made_again(deal: Deal) -> None:
    deal.pay()
    deal.ask_to_cancel()
    services.decline_cancellation(order_id=deal.id, actor=actor(deal.seller), reason="Packed")
    assert set(deal.deadlines) == {DeadlineKind.SHIP_BY}
    deal.ask_to_cancel()
    assert CancellationRequest.objects.filter(order_id=deal.id).count() == 2
    assert DeadlineKind.CANCEL_REQUEST in deal.deadlines


def test_a_lost_parcel_is_refunded_and_not_put_back_on_the_shelf(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.SHIPPED)
    deal.miss_scan()
    deal.cancel(deal.buyer)
    assert deal.order.cancel_reason == CancelReason.NOT_SCANNED
    assert deal.stock == 9
    assert escrow(deal) == 0


def test_a_scan_takes_the_right_to_cancel_away_again(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.SHIPPED)
    deal.miss_scan()
    services.record_scan(order_id=deal.id, actor=TIMER)
    assert deal.order.scan_overdue_at is None
    assert deal.deadlines[DeadlineKind.NO_SCAN] > clock.now() + timedelta(days=14)


def test_a_bank_payer_gets_a_day_and_a_card_afterwards_takes_none_away(deal: Deal) -> None:
    deal.start(method="bank_transfer")
    day = deal.order.created_at + timedelta(hours=24)
    assert deal.deadlines[DeadlineKind.PAY] == day
    deal.start(key="key-2")
    assert deal.deadlines[DeadlineKind.PAY] == day


@pytest.mark.parametrize(
    ("method", "hours"), [("standard", 72), ("economy", 168), ("pickup-in-person", 24)]
)
def test_the_inspection_window_depends_on_the_way_of_shipping(
    method: str, hours: int, provider: FakeProvider
) -> None:
    deal = Deal(provider, method=method).drive_to(OrderStatus.DELIVERED)
    window = deal.deadlines[DeadlineKind.AUTO_COMPLETE] - deal.order.delivered_at
    assert window == timedelta(hours=hours)
    lead = deal.deadlines[DeadlineKind.AUTO_COMPLETE] - deal.deadlines[DeadlineKind.REMINDER]
    assert lead == min(timedelta(hours=24), timedelta(hours=hours) / 2)


def test_an_edited_policy_leaves_a_running_deal_alone(provider: FakeProvider) -> None:
    deal = Deal(provider)
    EscrowPolicy.objects.update(inspection_tracked_hours=1)
    deal.drive_to(OrderStatus.DELIVERED)
    window = deal.deadlines[DeadlineKind.AUTO_COMPLETE] - deal.order.delivered_at
    assert window == timedelta(hours=72)


def test_the_buyer_extends_the_time_to_ship_within_the_terms(deal: Deal) -> None:
    deal.pay()
    due_at = deal.deadlines[DeadlineKind.SHIP_BY]

    services.extend_ship_by(order_id=deal.id, actor=actor(deal.buyer), business_days=7)

    assert deal.deadlines[DeadlineKind.SHIP_BY] == add_business_days(due_at, 7)
    before = everything()
    for days in (4, 0, -1, 1000):
        with pytest.raises(ShipByExtensionTooLong):
            services.extend_ship_by(order_id=deal.id, actor=actor(deal.buyer), business_days=days)
    assert everything() == before


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-20", 1, "2026-11-23"),  # Friday to Monday
        ("2026-11-21", 1, "2026-11-23"),  # Saturday to Monday
        ("2026-11-23", 5, "2026-11-30"),  # Monday to Monday
        ("2026-11-20", 5, "2026-11-27"),
    ],
)
def test_weekends_are_no_business_days(start: str, days: int, end: str) -> None:
    moment = datetime.fromisoformat(start).replace(hour=9, tzinfo=UTC)
    assert add_business_days(moment, days).date().isoformat() == end


def test_an_unknown_order_is_not_found_by_a_capture(deal: Deal) -> None:
    from marketplace.core.errors import NotFound

    before = everything()
    with pytest.raises(NotFound):
        services.receive_payment(
            order_id=new_id(), payment_id=new_id(), attempt_id=new_id(), actor=TIMER
        )
    assert everything() == before


def test_deadlines_and_orders_agree_in_the_database(deal: Deal) -> None:
    assert Deadline.objects.filter(order_id=deal.id).count() == 1
    assert Order.objects.get(id=deal.id).version == 1
