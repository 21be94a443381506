"""An order and its money change together when the buyer's wallet pays."""

import pytest

from marketplace.core.errors import DomainError, StaleVersion
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.orders import services
from marketplace.orders.errors import OrderAlreadyCancelled, OrderAlreadyPaid
from marketplace.orders.models import DeadlineKind, OrderStatus
from marketplace.orders.tests.factories import Deal, everything
from marketplace.payments.errors import InsufficientBalance
from marketplace.payments.ledger import accounts
from marketplace.payments.providers.factory import PaymentMethodUnavailable
from marketplace.payments.services import PaymentStart
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import actor

pytestmark = pytest.mark.django_db
PRICE = Money(2_990, "EUR")


@pytest.fixture
def deal(provider: FakeProvider) -> Deal:
    """An order of 29.90 EUR whose buyer has exactly that."""
    deal = Deal(provider)
    payments.fill_wallet(deal.buyer, provider, PRICE)
    return deal


def pay(deal: Deal, key: str = "wallet-1", **changes: object) -> PaymentStart:
    return services.pay_order(
        order_id=deal.id,
        actor=actor(deal.buyer),
        method="wallet",
        idempotency_key=key,
        return_url="",
        **changes,  # type: ignore[arg-type]
    )


def refuses(deal: Deal, error: type[DomainError], **changes: object) -> None:
    before = everything()
    with pytest.raises(error):
        pay(deal, **changes)  # type: ignore[arg-type]
    assert everything() == before


def test_the_order_is_paid_in_one_step(deal: Deal) -> None:
    started = pay(deal)

    assert started.next_action == {"type": "none"}
    assert started.payment.escrow_status == "IN_ESCROW"
    assert deal.status == OrderStatus.PAYMENT_RECEIVED
    assert payments.balance(accounts.order_escrow(deal.id, "EUR")) == 2_990
    assert payments.wallet(deal.buyer) == 0
    assert set(deal.deadlines) == {DeadlineKind.SHIP_BY}
    assert len(recorded("orders.OrderPaid")) == 1


def test_the_same_key_again_changes_nothing(deal: Deal) -> None:
    first = pay(deal, expected_version=deal.order.version)
    before = everything()

    again = pay(deal, expected_version=0)

    assert again.attempt_id == first.attempt_id
    assert everything() == before


def test_without_enough_money_order_and_stock_stay(provider: FakeProvider) -> None:
    deal = Deal(provider)
    payments.fill_wallet(deal.buyer, provider, Money(2_989, "EUR"))

    refuses(deal, InsufficientBalance)

    assert deal.status == OrderStatus.PENDING_PAYMENT


def test_a_paid_order_is_not_paid_again(deal: Deal) -> None:
    pay(deal)

    refuses(deal, OrderAlreadyPaid, key="wallet-2")


def test_a_cancelled_order_is_not_paid(deal: Deal) -> None:
    deal.cancel(deal.buyer)

    refuses(deal, OrderAlreadyCancelled)


def test_another_version_of_the_order_is_refused(deal: Deal) -> None:
    refuses(deal, StaleVersion, expected_version=99)


def test_no_provider_pays_from_a_wallet(deal: Deal) -> None:
    with pytest.raises(PaymentMethodUnavailable):
        services.pay_order(
            order_id=deal.id,
            actor=actor(deal.buyer),
            method="wallet",
            provider="sandbox",
            idempotency_key="k",
            return_url="",
        )


def test_cancelling_puts_it_back_into_the_wallet(deal: Deal) -> None:
    pay(deal)

    deal.cancel(deal.seller)

    assert deal.status == OrderStatus.CANCELLED
    assert payments.wallet(deal.buyer) == 2_990
    assert deal.payment.status == "REFUNDED"


def test_the_sale_goes_its_way_to_the_sellers_wallet(deal: Deal) -> None:
    pay(deal)
    deal.accept()
    deal.ship()
    deal.deliver()
    deal.confirm()

    commission = deal.payment.commission_minor
    assert payments.wallet(deal.seller) == 2_990 - commission
