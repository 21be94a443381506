from django.db import models
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.level_scope import LevelScope, constraints_of_scope

AMOUNTS = (
    "buyer_order_minor",
    "buyer_month_minor",
    "seller_order_minor",
    "seller_month_minor",
)
NUMBERS = ("buyer_open_orders", "seller_open_orders")


def _amount(help_text: str) -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(null=True, blank=True, help_text=f"Minor units. {help_text}")


def _number(help_text: str) -> "models.PositiveIntegerField[int | None, int | None]":
    return models.PositiveIntegerField(null=True, blank=True, help_text=help_text)


class TradingLimit(LevelScope):
    """How much people of a verification level may trade: rows for a currency, a level, or both.

    The most specific row wins, member by member (``core.level_scope``); what no row says is not
    limited. Asked when an order is placed and never again, so that neither an edit nor a lapsed
    verification touches a deal that runs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    buyer_order_minor = _amount("The most that one order may cost its buyer.")
    buyer_month_minor = _amount("The most that a buyer orders in any 30 days.")
    seller_order_minor = _amount("The most that one order may bring its seller.")
    seller_month_minor = _amount("The most that a seller is ordered from in any 30 days.")
    buyer_open_orders = _number("So many orders of a buyer may be open at once.")
    seller_open_orders = _number("So many orders of a seller may be open at once.")
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "orders_trading_limit"
        constraints = (
            *constraints_of_scope("orders_trading_limit"),
            models.CheckConstraint(
                condition=Q(currency__isnull=False)
                | Q(**{f"{name}__isnull": True for name in AMOUNTS}),
                name="orders_trading_limit_amounts_need_currency",
                violation_error_message="An amount needs a currency.",
            ),
            models.CheckConstraint(
                condition=Q(currency__isnull=True)
                | Q(**{f"{name}__isnull": True for name in NUMBERS}),
                name="orders_trading_limit_numbers_have_none",
                violation_error_message="Open orders are counted over all currencies.",
            ),
            models.CheckConstraint(
                condition=(Q(buyer_order_minor__isnull=True) | Q(buyer_order_minor__gte=0))
                & (Q(buyer_month_minor__isnull=True) | Q(buyer_month_minor__gte=0))
                & (Q(seller_order_minor__isnull=True) | Q(seller_order_minor__gte=0))
                & (Q(seller_month_minor__isnull=True) | Q(seller_month_minor__gte=0)),
                name="orders_trading_limit_not_negative",
            ),
        )
