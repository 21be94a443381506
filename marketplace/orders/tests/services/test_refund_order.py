"""What an operator's refund does to the order, the money, the stock and the timers."""

import pytest

from marketplace.core.errors import DomainError
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.orders import services
from marketplace.orders.errors import OrderFrozen, OrderNotRefundable
from marketplace.orders.models import OrderEvent, OrderStatus
from marketplace.orders.tests.factories import Deal, everything
from marketplace.payments.errors import ReasonMissing, RefundNotPositive, RefundTooLarge
from marketplace.payments.ledger import accounts
from marketplace.payments.models import Refund
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import actor

pytestmark = pytest.mark.django_db


def escrow(deal: Deal) -> int:
    return payments.balance(accounts.order_escrow(deal.id, "EUR"))


def test_a_part_leaves_the_order_where_it_is(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)
    timers = deal.deadlines
    deal.refund(Money(990, "EUR"))
    assert (deal.status, escrow(deal)) == (OrderStatus.DELIVERED, 2_000)
    assert deal.deadlines == timers
    (event,) = recorded("orders.OrderRefundedInPart")
    assert event["amount_minor"] == 990
    line = OrderEvent.objects.filter(order_id=deal.id).latest("id")
    assert (line.command, line.note) == ("refund_part", "Not as described")
    assert line.details["amount_minor"] == 990
    deal.confirm()
    assert deal.status == OrderStatus.COMPLETED
    assert deal.payment.released_minor == 2_000


@pytest.mark.parametrize("status", [OrderStatus.PAYMENT_RECEIVED, OrderStatus.PROCESSING])
def test_everything_back_before_shipping_ends_it_and_restocks(
    provider: FakeProvider, status: str
) -> None:
    deal = Deal(provider).drive_to(status)
    deal.refund()
    assert (deal.status, escrow(deal), deal.stock) == (OrderStatus.REFUNDED, 0, 10)
    assert deal.deadlines == {}
    assert deal.order.refunded_at is not None
    assert len(recorded("orders.OrderRefunded")) == 1
    assert deal.payment.escrow_status == "REFUNDED"


def test_parts_that_make_the_whole_end_it(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.SHIPPED)
    deal.refund(Money(990, "EUR"))
    deal.refund(Money(2_000, "EUR"))
    assert (deal.status, deal.stock) == (OrderStatus.REFUNDED, 9)


def test_a_completed_order_is_refunded_by_its_seller(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.COMPLETED)
    completed_at = deal.order.completed_at
    deal.refund()
    assert deal.status == OrderStatus.REFUNDED
    assert deal.order.completed_at == completed_at
    assert payments.wallet(deal.seller) == 0
    assert Refund.objects.get().source == "SELLER"


@pytest.mark.parametrize(
    ("amount", "reason", "error"),
    [
        (Money(2_991, "EUR"), "Broken", RefundTooLarge),
        (Money(0, "EUR"), "Broken", RefundNotPositive),
        (Money(100, "USD"), "Broken", RefundNotPositive),
        (Money(100, "EUR"), " ", ReasonMissing),
    ],
)
def test_wrong_input_is_refused_and_changes_nothing(
    provider: FakeProvider, amount: Money, reason: str, error: type[DomainError]
) -> None:
    deal = Deal(provider).drive_to(OrderStatus.SHIPPED)
    before = everything()
    with pytest.raises(error):
        services.refund_order(
            order_id=deal.id, actor=actor(deal.operator), amount=amount, reason=reason
        )
    assert everything() == before


def test_an_unpaid_or_a_frozen_order_is_not_refunded(provider: FakeProvider) -> None:
    unpaid, frozen = Deal(provider), Deal(provider).drive_to(OrderStatus.SHIPPED)
    frozen.freeze()
    before = everything()
    with pytest.raises(OrderNotRefundable):
        unpaid.refund()
    with pytest.raises(OrderFrozen):
        frozen.refund()
    assert everything() == before
