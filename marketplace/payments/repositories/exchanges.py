"""Load and lock currency exchanges."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.models import CurrencyExchange
from marketplace.payments.snapshots import ExchangeSnapshot


@needs_transaction
def lock_exchange(exchange_id: UUID) -> CurrencyExchange:
    rows = CurrencyExchange.objects.select_for_update(no_key=True)
    exchange = rows.filter(id=exchange_id).first()
    if exchange is None:
        raise NotFound("exchange")
    return exchange


def exchange_snapshot_of(exchange: CurrencyExchange) -> ExchangeSnapshot:
    return ExchangeSnapshot(
        id=exchange.id,
        user_id=exchange.user_id,
        sold=Money(exchange.sold_minor, exchange.sold_currency),
        bought=Money(exchange.bought_minor, exchange.bought_currency),
        rate=exchange.rate,
        reason=exchange.reason,
        reversed_at=exchange.reversed_at,
        created_at=exchange.created_at,
    )
