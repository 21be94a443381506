"""What the limits say for somebody, and how much of them is used."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, Sum

from marketplace.core.db import lock_name, needs_transaction
from marketplace.core.level_scope import lifted_by, members_for
from marketplace.orders.models import Order, OrderStatus, TradingLimit

MONTH = timedelta(days=30)
CAME_TO_NOTHING = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)
OPEN = (
    OrderStatus.PENDING_PAYMENT,
    OrderStatus.PAYMENT_RECEIVED,
    OrderStatus.PROCESSING,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)


@dataclass(frozen=True, slots=True)
class TradingTerms:
    """What holds for one level and currency; None is no limit."""

    buyer_order_minor: int | None = None
    buyer_month_minor: int | None = None
    seller_order_minor: int | None = None
    seller_month_minor: int | None = None
    buyer_open_orders: int | None = None
    seller_open_orders: int | None = None

    def needs_counting(self, side: str) -> bool:
        """Whether what went before matters, and not the order alone."""
        month, number = getattr(self, f"{side}_month_minor"), getattr(self, f"{side}_open_orders")
        return month is not None or number is not None


def read_limits(currencies: Collection[str]) -> Sequence[TradingLimit]:
    """Every row that can matter for these currencies: a handful, in one query."""
    return list(TradingLimit.objects.filter(Q(currency__in=currencies) | Q(currency__isnull=True)))


def terms_of(rows: Iterable[TradingLimit], *, level: str, currency: str) -> TradingTerms:
    names = [field.name for field in fields(TradingTerms)]
    return TradingTerms(**members_for(rows, names=names, level=level, currency=currency))


def level_that_lifts(
    rows: Sequence[TradingLimit], *, name: str, level: str, currency: str
) -> str | None:
    """The lowest level above ``level`` that allows more of ``name``; None where none does."""
    return lifted_by(
        level, lambda step: getattr(terms_of(rows, level=step, currency=currency), name)
    )


@needs_transaction
def lock_trading(sides: Iterable[tuple[str, UUID]]) -> None:
    """Let one order at a time be counted for each of these buyers and sellers.

    The last locks before the outbox, always in the same order: what is counted after them holds
    until the caller's commit. A row of their own would be one more for every account.
    """
    for side, user_id in sorted(sides, key=str):
        lock_name(f"orders_trading_{side}:{user_id}")


def month_minor(side: str, user_id: UUID, currency: str, at: datetime) -> int:
    """What was ordered in the last 30 days and did not come to nothing: a walk down an index."""
    orders = Order.objects.filter(
        **{f"{side}_id": user_id}, currency=currency, created_at__gt=at - MONTH
    ).exclude(status__in=CAME_TO_NOTHING)
    return int(orders.aggregate(total=Sum("total_minor"))["total"] or 0)


def open_orders(side: str, user_id: UUID) -> int:
    return Order.objects.filter(**{f"{side}_id": user_id}, status__in=OPEN).count()
