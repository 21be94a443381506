"""Any commands of a sale, in any order, at any time, against a small model.

The real commands on the real database, each committed. After every step the books must balance and
agree with the model to the cent, and a refused command must have left everything as it was.
"""

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.core.events.testing import deliver_all
from marketplace.logistics.tests.factories import ensure_standard_method
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.repositories import HistoryRepository
from marketplace.orders.services.sweep_deadlines import sweep_deadlines
from marketplace.orders.terms import add_business_days
from marketplace.orders.tests.factories import Deal, everything
from marketplace.payments.ledger import accounts
from marketplace.payments.models import LedgerBalance, LedgerEntry, Refund
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.services import OutOfStock
from marketplace.products.tests.factories import make_product
from marketplace.users.tests.factories import actor, make_buyer, make_seller

PRICE_MINOR, SHIPPING_MINOR, STOCK = 2500, 490, 4
STEPS = int(os.environ.get("FAIRHOLD_PROPERTY_STEPS", "600"))
STEPS_EACH = 30
UNSHIPPED = ("PAYMENT_RECEIVED", "PROCESSING")


@dataclass
class Sale:
    """What the model knows of one order."""

    deal: Deal
    quantity: int
    placed_at: datetime
    status: str = "PENDING_PAYMENT"
    attempt_id: UUID | None = None
    is_received: bool = False
    due: dict[str, datetime] = field(default_factory=dict)
    is_asked: bool = False
    is_overdue: bool = False
    is_reminded: bool = False
    was_late: bool = False

    @property
    def total(self) -> int:
        return PRICE_MINOR * self.quantity + SHIPPING_MINOR

    @property
    def held(self) -> int:
        holds = ("PAYMENT_RECEIVED", "PROCESSING", "SHIPPED", "DELIVERED")
        return self.total if self.status in holds else 0

    @property
    def refunded(self) -> int:
        return self.total if self.is_received and self.status == "CANCELLED" else 0

    @property
    def keeps_stock(self) -> bool:
        return self.status != "CANCELLED" or self.was_late

    def end(self, status: str) -> None:
        # A parcel that got lost takes its goods along.
        self.was_late = self.status == "SHIPPED" and status == "CANCELLED"
        self.status, self.due, self.is_asked = status, {}, False


class SaleMachine(RuleBasedStateMachine):
    provider: ClassVar[FakeProvider]

    @initialize()
    def open_the_shop(self) -> None:
        ensure_standard_method()
        self.now = clock.now()
        self.seller, self.stranger = make_seller(), make_buyer()
        self.product = make_product(
            seller=self.seller, price_minor=PRICE_MINOR, inventory_count=STOCK
        )
        self.sales: list[Sale] = []

    # --- commands

    @rule(quantity=st.integers(1, 3))
    def place(self, quantity: int) -> None:
        left = STOCK - sum(sale.quantity for sale in self.sales if sale.keeps_stock)
        with clock.frozen(self.now):
            before = everything()
            try:
                deal = Deal(self.provider, product=self.product, quantity=quantity)
            except OutOfStock:
                deal = None
                assert everything() == before
        assert (deal is None) == (quantity > left)
        if deal is None:
            return
        sale = Sale(deal, quantity, self.now)
        sale.due = {"PAY": self.now + timedelta(minutes=30)}
        self.sales.append(sale)

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def pay(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        if sale.attempt_id is not None:
            return
        if self.give(sale, sale.deal.capture, sale.status == "PENDING_PAYMENT"):
            sale.attempt_id = sale.deal.attempt_id

    @precondition(lambda self: any(sale.attempt_id for sale in self.sales))
    @rule(data=st.data())
    def hear_of_the_capture(self, data: st.DataObject) -> None:
        paid = [sale for sale in self.sales if sale.attempt_id]
        sale = data.draw(st.sampled_from(paid))
        with clock.frozen(self.now):
            assert sale.attempt_id is not None
            sale.deal.receive(sale.attempt_id)
        if sale.status == "PENDING_PAYMENT":
            sale.status, sale.due = "PAYMENT_RECEIVED", {"SHIP": add_business_days(self.now, 5)}
        sale.is_received = True

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        if self.give(sale, sale.deal.accept, sale.status == "PAYMENT_RECEIVED"):
            sale.status = "PROCESSING"

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def ship(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        if self.give(sale, sale.deal.ship, sale.status == "PROCESSING" and not sale.is_asked):
            sale.status, sale.due = "SHIPPED", {"SCAN": self.now + timedelta(days=15)}

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        if self.give(sale, sale.deal.deliver, sale.status == "SHIPPED"):
            end = self.now + timedelta(hours=72)
            sale.status, sale.due = "DELIVERED", {"REMIND": end - timedelta(hours=24), "END": end}

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        if self.give(sale, sale.deal.confirm, sale.status == "DELIVERED"):
            sale.end("COMPLETED")

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def buyer_cancels(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        may = sale.status == "PENDING_PAYMENT" or (sale.status == "SHIPPED" and sale.is_overdue)
        if self.give(sale, lambda: sale.deal.cancel(sale.deal.buyer), may):
            sale.end("CANCELLED")

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def seller_cancels(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        may = sale.status in ("PENDING_PAYMENT", *UNSHIPPED)
        if self.give(sale, lambda: sale.deal.cancel(self.seller), may):
            sale.end("CANCELLED")

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def ask_to_cancel(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        may = sale.status in UNSHIPPED and not sale.is_asked
        if self.give(sale, sale.deal.ask_to_cancel, may):
            sale.is_asked, sale.due["ANSWER"] = True, self.now + timedelta(hours=72)

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)

        def command() -> None:
            services.decline_cancellation(order_id=sale.deal.id, actor=actor(self.seller))

        if self.give(sale, command, sale.is_asked):
            sale.is_asked = False
            del sale.due["ANSWER"]

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def a_stranger_tries(self, data: st.DataObject) -> None:
        sale = self.any_sale(data)
        command = data.draw(st.sampled_from((services.confirm_receipt, services.cancel_order)))
        by = actor(self.stranger)
        self.give(sale, lambda: command(order_id=sale.deal.id, actor=by), is_allowed=False)

    # --- time

    @rule(hours=st.sampled_from((0.25, 1, 25, 49, 73, 24 * 8, 24 * 16)))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        with clock.frozen(self.now):
            while sweep_deadlines():
                pass
        for sale in self.sales:
            self.expect_timers(sale)

    def expect_timers(self, sale: Sale) -> None:
        due = {kind for kind, due_at in sale.due.items() if due_at <= self.now}
        if due & {"PAY", "SHIP", "ANSWER"}:
            sale.end("CANCELLED")
        if "SCAN" in due:
            sale.is_overdue = True
            del sale.due["SCAN"]
        if "REMIND" in due:
            sale.is_reminded = True
            del sale.due["REMIND"]
            sale.due["END"] = max(sale.due["END"], self.now + timedelta(hours=24))
        if "END" in sale.due and sale.is_reminded and sale.due["END"] <= self.now:
            sale.end("COMPLETED")

    @rule()
    def events_are_delivered(self) -> None:
        before = {sale.deal.id: sale.attempt_id for sale in self.sales if not sale.is_received}
        with clock.frozen(self.now):
            deliver_all()
        for sale in self.sales:
            if before.get(sale.deal.id) is None:
                continue
            if sale.status == "PENDING_PAYMENT":
                sale.status = "PAYMENT_RECEIVED"
                sale.due = {"SHIP": add_business_days(self.now, 5)}
            sale.is_received = True
        assert HistoryRepository().differences() == []

    # --- what must hold after every step

    @invariant()
    def the_orders_are_as_the_model_says(self) -> None:
        for sale in getattr(self, "sales", ()):
            assert sale.deal.status == sale.status

    @invariant()
    def the_stock_is_as_the_model_says(self) -> None:
        if getattr(self, "sales", None):
            taken = sum(sale.quantity for sale in self.sales if sale.keeps_stock)
            assert self.sales[0].deal.stock == STOCK - taken

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        for sale in getattr(self, "sales", ()):
            assert payments.balance(accounts.order_escrow(sale.deal.id, "EUR")) == sale.held
            refunds = Refund.objects.filter(payment__order_id=sale.deal.id)
            given_back = refunds.aggregate(total=Sum("amount_minor"))["total"] or 0
            assert given_back == sale.refunded
        if hasattr(self, "seller"):
            earned = sum(
                sale.total - sale.deal.payment.commission_minor
                for sale in self.sales
                if sale.status == "COMPLETED"
            )
            assert payments.wallet(self.seller) == earned

    @invariant()
    def the_books_balance(self) -> None:
        by_account: dict[Any, int] = defaultdict(int)
        total = 0
        for account_id, amount in LedgerEntry.objects.values_list("account_id", "amount_minor"):
            by_account[account_id] += amount
            total += amount
        assert total == 0
        for row in LedgerBalance.objects.all():
            assert row.balance_minor == row.side * by_account[row.account_id]

    # --- how a command is given

    def any_sale(self, data: st.DataObject) -> Sale:
        sale: Sale = data.draw(st.sampled_from(self.sales))
        return sale

    def give(self, sale: Sale, command: Callable[[], Any], is_allowed: bool) -> bool:
        """Give the command; whether it happens must be what the model says."""
        before, version = everything(), Order.objects.get(id=sale.deal.id).version
        refusal = None
        with clock.frozen(self.now):
            try:
                command()
            except DomainError as error:
                refusal = error
        assert (refusal is None) == is_allowed, refusal
        if refusal is not None:
            assert everything() == before
            return False
        assert Order.objects.get(id=sale.deal.id).version >= version
        return True


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600 + STEPS)
def test_a_sale_in_any_order_keeps_the_books(provider: FakeProvider) -> None:
    SaleMachine.provider = provider
    run_state_machine_as_test(
        SaleMachine,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_EACH),
            stateful_step_count=STEPS_EACH,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
