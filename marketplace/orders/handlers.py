"""What orders do about facts of other services, and how the order history follows the orders."""

from marketplace.core.actor import Actor
from marketplace.core.events import handles
from marketplace.logistics.events import ShipmentDelivered, ShipmentScanned
from marketplace.orders.errors import OrderRefused
from marketplace.orders.events import STATUS_EVENTS, OrderFact
from marketplace.orders.queries.list_trading_limits import list_trading_limits
from marketplace.orders.repositories import HistoryRepository
from marketplace.orders.repositories.sales import facts_of_sale
from marketplace.orders.services import (
    follow_chargebacks,
    receive_payment,
    record_delivery,
    record_scan,
)
from marketplace.payments.events import (
    CaptureReported,
    ChargebackEvent,
    ChargebackLost,
    ChargebackOpened,
    ChargebackWon,
)
from marketplace.users.queries import register_level_limits
from marketplace.users.services import follow_sale

register_level_limits("orders", list_trading_limits)


@handles(CaptureReported, consumer="orders.receive_payment")
def on_capture(event: CaptureReported) -> None:
    receive_payment(
        order_id=event.order_id,
        payment_id=event.payment_id,
        attempt_id=event.attempt_id,
        actor=Actor.provider("payments"),
    )


@handles(ShipmentScanned, consumer="orders.record_scan")
def on_scan(event: ShipmentScanned) -> None:
    record_scan(order_id=event.order_id, actor=Actor.provider(f"carrier.{event.carrier}"))


@handles(ShipmentDelivered, consumer="orders.record_delivery")
def on_delivery(event: ShipmentDelivered) -> None:
    try:
        record_delivery(order_id=event.order_id, actor=Actor.provider(f"carrier.{event.carrier}"))
    except OrderRefused:
        # The buyer said so first, or the sale ended meanwhile: the carrier's word stays in the
        # tracking events and changes nothing here. The refusal comes before any write.
        return


def follow_claim(event: ChargebackEvent) -> None:
    follow_chargebacks(order_id=event.order_id, actor=Actor.provider("payments"))


for claim_class in (ChargebackOpened, ChargebackWon, ChargebackLost):
    handles(claim_class, consumer=f"orders.follow_chargebacks.{claim_class.__name__}")(follow_claim)


def follow_order(event: OrderFact) -> None:
    HistoryRepository().follow(event.order_id)


for event_class in STATUS_EVENTS:
    handles(event_class, consumer=f"orders.history.{event_class.__name__}")(follow_order)


def count_sale(event: OrderFact) -> None:
    """Tell the user service how the sale stands now: what the seller's public page counts."""
    if sale := facts_of_sale(event.order_id):
        follow_sale(sale=sale)


for event_class in STATUS_EVENTS:
    handles(event_class, consumer=f"orders.count_sale.{event_class.__name__}")(count_sale)
