"""Two real connections at the same moment: one order of events, never a mixture."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.logistics.tests.factories import ensure_standard_method
from marketplace.orders import services
from marketplace.orders.models import CancelReason, Deadline, Order, OrderStatus
from marketplace.orders.services.sweep_deadlines import sweep_deadlines
from marketplace.orders.tests.factories import TIMER, Deal, later, place
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentReview, Refund
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.models import Product
from marketplace.products.tests.factories import make_product
from marketplace.users.tests.factories import actor, make_buyer

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def shipping(db: None) -> None:
    ensure_standard_method()


def at_once(*commands: Callable[[], Any]) -> list[Any]:
    """Run each command on a connection of its own, all started together; errors are results."""
    barrier = threading.Barrier(len(commands))
    results: list[Any] = [None] * len(commands)

    def run(number: int, command: Callable[[], Any]) -> None:
        close_old_connections()
        try:
            barrier.wait(PATIENCE_SECONDS)
            results[number] = command()
        except DomainError as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(commands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    return results


def refusals(results: list[Any]) -> list[str]:
    return [result.code for result in results if isinstance(result, DomainError)]


def escrow(deal: Deal) -> int:
    return payments.balance(accounts.order_escrow(deal.id, "EUR"))


def test_the_last_piece_is_sold_once() -> None:
    product = make_product(inventory_count=1)
    buyers = [make_buyer() for _ in range(4)]

    results = at_once(*(lambda b=buyer: place(b, [(product, 1)]) for buyer in buyers))

    assert refusals(results) == ["out_of_stock"] * 3
    assert Order.objects.count() == 1
    assert Product.objects.get(pk=product.pk).inventory_count == 0


def test_two_baskets_over_the_same_two_sellers_never_block_each_other() -> None:
    first, second = make_product(inventory_count=50), make_product(inventory_count=50)
    buyers = [make_buyer() for _ in range(6)]
    baskets = [[(first, 1), (second, 1)], [(second, 1), (first, 1)]] * 3

    results = at_once(
        *(
            lambda b=buyer, k=basket: place(b, k)
            for buyer, basket in zip(buyers, baskets, strict=True)
        )
    )

    assert refusals(results) == []
    assert Order.objects.count() == 12
    assert Product.objects.get(pk=first.pk).inventory_count == 44


def test_confirming_twice_pays_once(provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to(OrderStatus.DELIVERED)

    results = at_once(deal.confirm, deal.confirm, deal.confirm)

    assert refusals(results) == ["order_already_completed"] * 2
    assert payments.wallet(deal.seller) == 2990 - deal.payment.commission_minor
    assert len(recorded("orders.OrderCompleted")) == 1


def test_cancelling_against_shipping_one_of_them_happens(provider: FakeProvider) -> None:
    for _ in range(5):
        deal = Deal(provider).drive_to(OrderStatus.PROCESSING)

        def cancel(deal: Deal = deal) -> Any:
            return services.cancel_order(
                order_id=deal.id, actor=actor(deal.operator), reason="Out of stock"
            )

        results = at_once(deal.ship, cancel)

        assert len(refusals(results)) == 1
        if deal.status == OrderStatus.SHIPPED:
            assert refusals(results)[0] in {"order_not_cancellable", "order_already_shipped"}
            assert (escrow(deal), Refund.objects.filter(payment__order_id=deal.id).count()) == (
                2990,
                0,
            )
        else:
            assert refusals(results) == ["order_already_cancelled"]
            assert (escrow(deal), deal.order.shipment_id) == (0, None)


def test_the_provider_against_the_buyer_who_gives_up(provider: FakeProvider) -> None:
    for _ in range(5):
        deal = Deal(provider)
        attempt_id = deal.capture()

        results = at_once(partial(deal.receive, attempt_id), partial(deal.cancel, deal.buyer))

        if deal.status == OrderStatus.PAYMENT_RECEIVED:
            assert refusals(results) == ["order_not_cancellable"]
            assert (escrow(deal), deal.stock) == (2990, 9)
        else:
            assert refusals(results) == []
            assert (escrow(deal), deal.stock) == (0, 10)
            assert Refund.objects.filter(payment__order_id=deal.id).count() == 1
            assert PaymentReview.objects.filter(order_id=deal.id).count() == 1


def test_the_last_second_to_pay_against_the_timer(provider: FakeProvider) -> None:
    deals = [Deal(provider) for _ in range(4)]
    for deal in deals:
        attempt_id = deal.capture()
        due_at = Deadline.objects.get(order_id=deal.id).due_at

        def expire(deal: Deal = deal, due_at: Any = due_at) -> Any:
            with clock.frozen(due_at):
                return services.expire_payment(order_id=deal.id, actor=TIMER)

        results = at_once(partial(deal.receive, attempt_id), expire)

        if deal.status == OrderStatus.PAYMENT_RECEIVED:
            assert refusals(results) == ["timer_not_applicable"]
            assert (escrow(deal), deal.stock) == (2990, 9)
        else:
            assert deal.order.cancel_reason == CancelReason.PAYMENT_EXPIRED
            assert (escrow(deal), deal.stock) == (0, 10)
            assert Refund.objects.filter(payment__order_id=deal.id).count() == 1


def test_two_sweepers_share_the_work(provider: FakeProvider) -> None:
    deals = [Deal(provider) for _ in range(12)]

    def sweep() -> int:
        with later(hours=1):
            return sweep_deadlines()

    results = at_once(sweep, sweep, sweep)

    assert sum(results) >= len(deals)
    assert {deal.status for deal in deals} == {OrderStatus.CANCELLED}
    assert len(recorded("orders.OrderCancelled")) == len(deals)
    assert all(deal.stock == 10 for deal in deals)
    assert Deadline.objects.filter(attempts__gt=0).count() == 0


def test_a_sweeper_passes_by_an_order_that_somebody_holds(provider: FakeProvider) -> None:
    held, free = Deal(provider), Deal(provider)

    def sweep() -> int:
        with later(hours=1):
            return sweep_deadlines()

    with transaction.atomic():
        Order.objects.select_for_update().get(id=held.id)
        at_once(sweep)
        assert free.status == OrderStatus.CANCELLED
        assert held.status == OrderStatus.PENDING_PAYMENT
    at_once(sweep)
    assert held.status == OrderStatus.CANCELLED


def pay_from_wallet(deal: Deal, key: str) -> Any:
    return services.pay_order(
        order_id=deal.id,
        actor=actor(deal.buyer),
        method="wallet",
        idempotency_key=key,
        return_url="",
    )


def test_the_last_money_of_a_wallet_pays_one_of_two_orders(provider: FakeProvider) -> None:
    buyer = make_buyer()
    deals = [Deal(provider, buyer=buyer), Deal(provider, buyer=buyer)]
    payments.fill_wallet(buyer, provider, Money(2_990, "EUR"))

    results = at_once(*(partial(pay_from_wallet, deal, "wallet") for deal in deals))

    assert refusals(results) == ["insufficient_balance"]
    assert sorted(deal.status for deal in deals) == ["PAYMENT_RECEIVED", "PENDING_PAYMENT"]
    assert sorted(escrow(deal) for deal in deals) == [0, 2_990]
    assert payments.wallet(buyer) == 0


def test_a_wallet_asked_twice_at_once_pays_once(provider: FakeProvider) -> None:
    deal = Deal(provider)
    payments.fill_wallet(deal.buyer, provider)

    results = at_once(*(partial(pay_from_wallet, deal, "wallet") for _ in range(3)))

    assert refusals(results) == []
    assert len({result.attempt_id for result in results}) == 1
    assert payments.wallet(deal.buyer) == 10_000 - 2_990
