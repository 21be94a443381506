from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.money import Money
from marketplace.core.policies import require_permission_or_system
from marketplace.payments.errors import InsufficientBalance, ReasonMissing
from marketplace.payments.ledger.errors import InsufficientFunds
from marketplace.payments.ledger.reversal import reverse_journal
from marketplace.payments.repositories.exchanges import exchange_snapshot_of, lock_exchange
from marketplace.payments.repositories.streams import append_to_exchange
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.services.exchange_currency import tell
from marketplace.payments.snapshots import ExchangeSnapshot
from marketplace.payments.streams import facts


@opens_transaction
def reverse_exchange(*, exchange_id: UUID, reason: str, actor: Actor) -> ExchangeSnapshot:
    """Take an exchange back by the exact opposite of its journal. Again: no effect.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`,
    :class:`InsufficientBalance` when what was bought has been spent.
    """
    require_permission_or_system(actor, "payments.exchange_currency")
    if not reason.strip():
        raise ReasonMissing
    exchange = lock_exchange(exchange_id)
    if exchange.reversed_at is not None:
        return exchange_snapshot_of(exchange)
    try:
        journal_id = reverse_journal(exchange.journal_id, reason[:1000]).id
    except InsufficientFunds as error:
        raise InsufficientBalance from error
    user_id = exchange.user_id
    sale = facts.CurrencySaleReversed(
        amount_minor=exchange.sold_minor,
        currency=exchange.sold_currency,
        wallet_id=ensure_wallet(user_id=user_id, currency=exchange.sold_currency),
        reason=reason[:1000],
        journal_id=journal_id,
    )
    purchase = facts.CurrencyPurchaseReversed(
        amount_minor=exchange.bought_minor,
        currency=exchange.bought_currency,
        wallet_id=ensure_wallet(user_id=user_id, currency=exchange.bought_currency),
        journal_id=journal_id,
    )
    append_to_exchange(
        exchange=exchange, exchange_id=exchange.id, facts_to_add=[sale, purchase], actor=actor
    )
    record_action(
        actor=actor,
        action="payments.reverse_exchange",
        subject_type="payments.currencyexchange",
        subject_id=exchange.id,
        reason=reason,
        before={
            "sold": str(Money(exchange.sold_minor, exchange.sold_currency)),
            "bought": str(Money(exchange.bought_minor, exchange.bought_currency)),
        },
        after={"reversed": True, "user_id": user_id},
    )
    tell(exchange, is_reversed=True)
    return exchange_snapshot_of(exchange)
