"""What a buyer and a seller of their levels may agree on: asked when an order is placed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.orders.errors import SellerLimitReached, TradingLimitReached
from marketplace.orders.models import Order, TradingLimit
from marketplace.orders.repositories.trading_limits import (
    TradingTerms,
    level_that_lifts,
    lock_trading,
    month_minor,
    open_orders,
    read_limits,
    terms_of,
)
from marketplace.users.queries import list_levels

WORDS = {
    "buyer_order_minor": "One order may cost up to {limit}.",
    "buyer_month_minor": "In 30 days you may order for up to {limit}.",
    "buyer_open_orders": "Up to {limit} of your orders may be open at once.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One side of one order, and what holds for it."""

    side: str
    user_id: UUID
    order: Order
    level: str
    terms: TradingTerms


@needs_transaction
def check_trading_limits(orders: Sequence[Order], *, at: datetime) -> None:
    """The orders, which are in the database already, are within the limits of all who take part.

    Counted under a lock of each buyer and seller whose use is limited, so of two orders at the same
    moment the second sees the first. Raises TradingLimitReached (the buyer's own), and
    SellerLimitReached, which tells a stranger nothing of the seller's business.
    """
    rows = read_limits({order.currency for order in orders})
    if not rows:
        return
    people = {order.buyer_id for order in orders} | {order.seller_id for order in orders}
    levels = list_levels(user_ids=people)
    asked = [
        Asked(
            side,
            user_id,
            order,
            levels[user_id],
            terms_of(rows, level=levels[user_id], currency=order.currency),
        )
        for order in orders
        for side, user_id in (("buyer", order.buyer_id), ("seller", order.seller_id))
    ]
    for each in asked:
        limit = getattr(each.terms, f"{each.side}_order_minor")
        if limit is not None and each.order.total_minor > limit:
            raise _refusal(rows, f"{each.side}_order_minor", each, limit)
    counted = [each for each in asked if each.terms.needs_counting(each.side)]
    lock_trading({(each.side, each.user_id) for each in counted})
    for each in counted:
        _check_use(rows, each, at)


def _check_use(rows: Sequence[TradingLimit], asked: Asked, at: datetime) -> None:
    side, user_id, order = asked.side, asked.user_id, asked.order
    month = getattr(asked.terms, f"{side}_month_minor")
    if month is not None and month_minor(side, user_id, order.currency, at) > month:
        raise _refusal(rows, f"{side}_month_minor", asked, month)
    number = getattr(asked.terms, f"{side}_open_orders")
    if number is not None and open_orders(side, user_id) > number:
        raise _refusal(rows, f"{side}_open_orders", asked, number)


def _refusal(
    rows: Sequence[TradingLimit], name: str, asked: Asked, limit: int
) -> TradingLimitReached | SellerLimitReached:
    order, level = asked.order, asked.level
    if asked.side == "seller":
        return SellerLimitReached(
            "The seller cannot take this order now. Ask them, or order less.",
            seller_id=str(order.seller_id),
        )
    is_amount = name.endswith("_minor")
    shown = str(Money(limit, order.currency)) if is_amount else str(limit)
    lifting = level_that_lifts(rows, name=name, level=level, currency=order.currency)
    advice = f" Verify {lifting} for more." if lifting else ""
    return TradingLimitReached(
        f"{WORDS[name].format(limit=shown)}{advice}",
        limit=name.removesuffix("_minor"),
        allowed=Money(limit, order.currency).to_decimal_string() if is_amount else str(limit),
        level=level,
        lifted_by=lifting,
    )
