"""From facts to the state of a currency exchange: a pure function."""

from dataclasses import replace

from marketplace.payments.streams import facts
from marketplace.payments.streams.states import ExchangeState, Recorded


def apply_to_exchange(state: ExchangeState | None, recorded: Recorded) -> ExchangeState:
    """The exchange after the fact. The first states both legs, the second only repeats one."""
    if state is None:
        return _sold(recorded)
    is_reversed = isinstance(recorded.fact, facts.CurrencySaleReversed)
    return replace(
        state,
        reversed_at=recorded.occurred_at if is_reversed else state.reversed_at,
        version=recorded.version,
        head_hash=recorded.hash,
        updated_at=recorded.occurred_at,
    )


def _sold(recorded: Recorded) -> ExchangeState:
    fact = recorded.fact
    if not isinstance(fact, facts.CurrencySold):
        raise TypeError(f"an exchange's stream cannot begin with {fact.type}")
    return ExchangeState(
        id=recorded.stream_id,
        user_id=fact.user_id,
        sold_minor=fact.amount_minor,
        sold_currency=fact.currency,
        bought_minor=fact.bought_minor,
        bought_currency=fact.bought_currency,
        rate=fact.rate,
        reason=fact.reason,
        journal_id=fact.journal_id,
        reversed_at=None,
        version=recorded.version,
        head_hash=recorded.hash,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )
