"""Orders in every state, driven there by the real commands, and a picture of everything."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.logistics.models import Shipment
from marketplace.orders import services
from marketplace.orders.models import (
    CancellationRequest,
    Deadline,
    DeadlineKind,
    Order,
    OrderEvent,
    OrderItem,
    OrderStatus,
)
from marketplace.orders.services import BasketLine, OrderSnapshot
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.tests import factories as payments
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.products.models import Product, StockReservation
from marketplace.products.tests.factories import make_product
from marketplace.users.models import User
from marketplace.users.tests.factories import actor, make_admin, make_buyer, make_seller

ADDRESS = {
    "recipient": "Recipient of the parcel",
    "line1": "1 Market Street",
    "city": "Nairobi",
    "postal_code": "00100",
    "country": "KE",
}
CARRIER = Actor.provider("carrier.sandbox")
PAYMENTS = Actor.provider("payments")
TIMER = Actor.system("tests")
RETURN_URL = "http://shop.test/back"


class Deal:
    """One order with its people, and the steps of a sale. 25.00 EUR and 4.90 shipping."""

    def __init__(
        self,
        provider: FakeProvider,
        *,
        method: str = "standard",
        quantity: int = 1,
        product: Product | None = None,
        buyer: User | None = None,
    ) -> None:
        self.provider = provider
        self.buyer = buyer or make_buyer()
        self.product = product or make_product(seller=make_seller())
        self.seller = self.product.seller
        self.operator = make_admin()
        placed = place(self.buyer, [(self.product, quantity)], method=method)
        self.id = placed[0].id

    @property
    def order(self) -> Order:
        return Order.objects.get(id=self.id)

    @property
    def status(self) -> str:
        return self.order.status

    @property
    def stock(self) -> int:
        return Product.objects.get(id=self.product.pk).inventory_count

    @property
    def payment(self) -> Payment:
        return Payment.objects.get(order_id=self.id)

    @property
    def attempt_id(self) -> UUID:
        return PaymentAttempt.objects.filter(payment__order_id=self.id).latest("id").id

    @property
    def deadlines(self) -> dict[str, Any]:
        rows = Deadline.objects.filter(Deadline.OPEN, order_id=self.id)
        return dict(rows.values_list("kind", "due_at"))

    def start(self, key: str = "key-1", method: str = "card") -> UUID:
        return services.pay_order(
            order_id=self.id,
            actor=actor(self.buyer),
            method=method,
            idempotency_key=key,
            return_url=RETURN_URL,
        ).attempt_id

    def capture(self) -> UUID:
        """The buyer pays on the provider's page, and payments hears of it; orders do not yet."""
        attempt_id = self.start()
        payments.report_capture(self.provider, attempt_id)
        return attempt_id

    def pay(self) -> OrderSnapshot:
        return self.receive(self.capture())

    def receive(self, attempt_id: UUID) -> OrderSnapshot:
        return services.receive_payment(
            order_id=self.id,
            payment_id=self.order.payment_id,
            attempt_id=attempt_id,
            actor=PAYMENTS,
        )

    def accept(self) -> OrderSnapshot:
        return services.accept_order(order_id=self.id, actor=actor(self.seller))

    def ship(self) -> OrderSnapshot:
        number = f"TRK-{self.id.hex[-16:]}" if self.order.is_tracked else ""
        return services.ship_order(
            order_id=self.id, actor=actor(self.seller), tracking_number=number
        )

    def deliver(self) -> OrderSnapshot:
        return services.record_delivery(order_id=self.id, actor=CARRIER)

    def confirm(self) -> OrderSnapshot:
        return services.confirm_receipt(order_id=self.id, actor=actor(self.buyer))

    def cancel(self, by: User) -> OrderSnapshot:
        return services.cancel_order(order_id=self.id, actor=actor(by), reason="Changed my mind")

    def ask_to_cancel(self) -> OrderSnapshot:
        return services.request_cancellation(order_id=self.id, actor=actor(self.buyer))

    def remind(self) -> None:
        with clock.frozen(self.deadlines[DeadlineKind.REMINDER]):
            services.remind_buyer(order_id=self.id, actor=TIMER)

    def miss_scan(self) -> None:
        with clock.frozen(self.deadlines[DeadlineKind.NO_SCAN]):
            services.note_missing_scan(order_id=self.id, actor=TIMER)

    def freeze(self) -> None:
        Order.objects.filter(id=self.id).update(
            frozen_at=clock.now(), frozen_reason="A dispute is open"
        )

    def drive_to(self, status: str) -> "Deal":
        """Along the straight way; CANCELLED is an unpaid order that the buyer gave up."""
        if status == OrderStatus.CANCELLED:
            self.cancel(self.buyer)
            return self
        steps = {
            OrderStatus.PAYMENT_RECEIVED: self.pay,
            OrderStatus.PROCESSING: self.accept,
            OrderStatus.SHIPPED: self.ship,
            OrderStatus.DELIVERED: self.deliver,
            OrderStatus.COMPLETED: self.confirm,
        }
        if status == OrderStatus.PENDING_PAYMENT:
            return self
        for reached, step in steps.items():
            step()
            if reached == status:
                return self
        self.refund()
        return self

    def refund(self, amount: Money | None = None) -> OrderSnapshot:
        return services.refund_order(
            order_id=self.id,
            actor=actor(self.operator),
            amount=amount or self.order.total,
            reason="Not as described",
        )


def place(
    buyer: User,
    basket: Sequence[tuple[Product, int]],
    *,
    method: str = "standard",
    **changes: Any,
) -> tuple[OrderSnapshot, ...]:
    arguments: dict[str, Any] = {
        "actor": actor(buyer),
        "lines": [BasketLine(product_id=p.pk, quantity=q) for p, q in basket],
        "shipping_address": ADDRESS,
        "shipping_method": method,
        **changes,
    }
    return services.place_order(**arguments).orders


def later(**units: float) -> Any:
    """Stand still so much later; deadlines follow the frozen clock."""
    return clock.shifted(timedelta(**units))


def everything() -> tuple[Any, ...]:
    """What must not change when a command is refused: rows, stock, balances, events, outbox."""
    return (
        list(Order.objects.order_by("id").values()),
        list(OrderItem.objects.order_by("id").values()),
        list(Deadline.objects.order_by("id").values()),
        list(CancellationRequest.objects.order_by("id").values()),
        list(OrderEvent.objects.order_by("id").values("id")),
        list(Shipment.objects.order_by("id").values()),
        list(Product.objects.order_by("id").values("id", "inventory_count")),
        list(StockReservation.objects.order_by("id").values()),
        payments.everything(),
    )
