from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.money import Money, exponent
from marketplace.core.policies import require_permission_or_system
from marketplace.payments import postings
from marketplace.payments.errors import (
    InsufficientBalance,
    OperationReused,
    ReasonMissing,
    WalletInactive,
)
from marketplace.payments.errors.wallets import (
    ExchangeNotPositive,
    ExchangeOfOneCurrency,
    ExchangeRateMismatch,
)
from marketplace.payments.events import CurrencyExchanged
from marketplace.payments.ledger.errors import InsufficientFunds
from marketplace.payments.models import CurrencyExchange, Wallet
from marketplace.payments.repositories.exchanges import exchange_snapshot_of
from marketplace.payments.repositories.streams import append_to_exchange
from marketplace.payments.repositories.wallets import ensure_wallet, lock_wallet
from marketplace.payments.snapshots import ExchangeSnapshot
from marketplace.payments.streams import facts

MAX_RATE_LENGTH = 40


@opens_transaction
def exchange_currency(
    *,
    user_id: UUID,
    sell: Money,
    buy: Money,
    rate: str,
    reason: str,
    exchange_id: UUID,
    actor: Actor,
) -> ExchangeSnapshot:
    """Turn money of one currency in a user's wallets into money of another.

    Nothing else in the platform crosses currencies. Both amounts are stated and booked exactly
    so; ``rate`` is what was bought for one sold, as a decimal string, and must make the one of the
    other, halves away from zero. Once per ``exchange_id``: the same again answers with the first.
    ``reverse_exchange`` takes it back.

    Raises :class:`Forbidden` (anyone but an operator or a job), :class:`ReasonMissing`,
    :class:`ExchangeNotPositive`, :class:`ExchangeOfOneCurrency`, :class:`ExchangeRateMismatch`,
    :class:`InsufficientBalance`, :class:`WalletInactive`, :class:`OperationReused`.
    """
    require_permission_or_system(actor, "payments.exchange_currency")
    if not reason.strip():
        raise ReasonMissing
    _check(sell, buy, rate)
    wallet = lock_wallet(user_id=user_id, currency=sell.currency)
    if first := CurrencyExchange.objects.filter(id=exchange_id).first():
        known = exchange_snapshot_of(first)
        if (known.user_id, known.sold, known.bought, known.rate) != (user_id, sell, buy, rate):
            raise OperationReused
        return known
    if not wallet.is_active:
        raise WalletInactive
    exchange = _book(
        wallet, exchange_id=exchange_id, sell=sell, buy=buy, rate=rate, reason=reason, actor=actor
    )
    record_action(
        actor=actor,
        action="payments.exchange_currency",
        subject_type="payments.currencyexchange",
        subject_id=exchange_id,
        reason=reason,
        before={"sold": str(sell)},
        after={"bought": str(buy), "rate": rate, "user_id": user_id},
    )
    tell(exchange, is_reversed=False)
    return exchange_snapshot_of(exchange)


def _book(
    wallet: Wallet,
    *,
    exchange_id: UUID,
    sell: Money,
    buy: Money,
    rate: str,
    reason: str,
    actor: Actor,
) -> CurrencyExchange:
    bought_into = ensure_wallet(user_id=wallet.user_id, currency=buy.currency)
    try:
        journal_id = postings.post_exchange(
            exchange_id=exchange_id, user_id=wallet.user_id, sold=sell, bought=buy, rate=rate
        )
    except InsufficientFunds as error:
        raise InsufficientBalance from error
    sold = facts.CurrencySold(
        user_id=wallet.user_id,
        amount_minor=sell.amount_minor,
        currency=sell.currency,
        wallet_id=wallet.id,
        bought_minor=buy.amount_minor,
        bought_currency=buy.currency,
        rate=rate,
        reason=reason[:1000],
        journal_id=journal_id,
    )
    bought = facts.CurrencyBought(
        amount_minor=buy.amount_minor,
        currency=buy.currency,
        wallet_id=bought_into,
        journal_id=journal_id,
    )
    return append_to_exchange(
        exchange=None, exchange_id=exchange_id, facts_to_add=[sold, bought], actor=actor
    )


def tell(exchange: CurrencyExchange, *, is_reversed: bool) -> None:
    """Publish the exchange, or that it was taken back."""
    record(
        CurrencyExchanged(
            exchange_id=exchange.id,
            user_id=exchange.user_id,
            sold_minor=exchange.sold_minor,
            sold_currency=exchange.sold_currency,
            bought_minor=exchange.bought_minor,
            bought_currency=exchange.bought_currency,
            rate=exchange.rate,
            is_reversed=is_reversed,
        ),
        key=exchange.id,
    )


def _check(sell: Money, buy: Money, rate: str) -> None:
    if not (sell.is_positive and buy.is_positive):
        raise ExchangeNotPositive
    if sell.currency == buy.currency:
        raise ExchangeOfOneCurrency
    try:
        exact = Decimal(sell.to_decimal_string()) * Decimal(rate)
    except InvalidOperation:
        raise ExchangeRateMismatch(f"{rate!r} is not a decimal number, such as 1.0842.") from None
    if not exact.is_finite() or len(rate) > MAX_RATE_LENGTH:
        raise ExchangeRateMismatch(f"{rate!r} is not a rate.")
    made = exact.scaleb(exponent(buy.currency)).to_integral_value(rounding=ROUND_HALF_UP)
    if made != buy.amount_minor:
        raise ExchangeRateMismatch(f"{sell} at {rate} is {Money(int(made), buy.currency)}.")
