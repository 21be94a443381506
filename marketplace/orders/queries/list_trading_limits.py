"""A person's trading limits and their use, for the page of their verification."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.core import clock
from marketplace.orders.models import TradingLimit
from marketplace.orders.repositories.trading_limits import (
    level_that_lifts,
    month_minor,
    open_orders,
    terms_of,
)
from marketplace.users.queries import LevelLimit

AMOUNTS = (
    ("buyer_order_minor", "order_as_buyer", ""),
    ("buyer_month_minor", "ordered_as_buyer", "month"),
    ("seller_order_minor", "order_as_seller", ""),
    ("seller_month_minor", "ordered_as_seller", "month"),
)
NUMBERS = (
    ("buyer_open_orders", "open_orders_as_buyer"),
    ("seller_open_orders", "open_orders_as_seller"),
)


def list_trading_limits(user_id: UUID, level: str) -> Sequence[LevelLimit]:
    """What limits orders, in each currency that has limits at all. Two queries a currency, and two
    of open orders."""
    rows = list(TradingLimit.objects.all())
    at = clock.database_now()
    limits = []
    for currency in sorted({row.currency for row in rows if row.currency}):
        terms = terms_of(rows, level=level, currency=currency)
        for column, name, period in AMOUNTS:
            side = column.partition("_")[0]
            limits.append(
                LevelLimit(
                    name=name,
                    period=period,
                    currency=currency,
                    limit=getattr(terms, column),
                    used=month_minor(side, user_id, currency, at) if period else 0,
                    lifted_by=level_that_lifts(rows, name=column, level=level, currency=currency),
                )
            )
    terms = terms_of(rows, level=level, currency="")
    for column, name in NUMBERS:
        if (number := getattr(terms, column)) is not None:
            limits.append(
                LevelLimit(
                    name=name,
                    period="now",
                    currency="",
                    limit=number,
                    used=open_orders(column.partition("_")[0], user_id),
                    lifted_by=level_that_lifts(rows, name=column, level=level, currency=""),
                )
            )
    return limits
