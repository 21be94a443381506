"""From facts to the state of a chargeback: a pure function."""

from dataclasses import replace

from marketplace.payments.models.chargeback import ChargebackStatus
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import ChargebackState, Recorded


def apply_to_chargeback(state: ChargebackState | None, recorded: Recorded) -> ChargebackState:
    """The chargeback that the fact is about, after it."""
    if state is None:
        return _opened(recorded)
    return replace(_changed(state, recorded), updated_at=recorded.occurred_at)


def _opened(recorded: Recorded) -> ChargebackState:
    fact = recorded.fact
    if not isinstance(fact, facts.ChargebackOpened):
        raise TypeError(f"a chargeback cannot begin with {fact.type}")
    return ChargebackState(
        id=fact.chargeback_id,
        payment_id=recorded.stream_id,
        attempt_id=fact.attempt_id,
        provider=fact.provider,
        provider_chargeback_id=fact.provider_chargeback_id,
        amount_minor=fact.amount_minor,
        fee_minor=fact.fee_minor,
        currency=fact.currency,
        reason=fact.reason,
        respond_by_at=fact.respond_by_at,
        status=ChargebackStatus.OPEN,
        from_escrow_minor=fact.from_escrow_minor,
        from_seller_minor=fact.from_seller_minor,
        uncovered_minor=fact.uncovered_minor,
        covered_minor=0,
        wallet_minor=0,
        receivable_minor=0,
        contradictions=0,
        closed_at=None,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _changed(state: ChargebackState, recorded: Recorded) -> ChargebackState:
    match recorded.fact:
        case facts.ChargebackCovered() as fact:
            return replace(
                state,
                uncovered_minor=state.uncovered_minor - fact.amount_minor,
                covered_minor=state.covered_minor + fact.amount_minor,
            )
        case facts.ChargebackWon():
            return replace(state, status=ChargebackStatus.WON, closed_at=recorded.occurred_at)
        case facts.ChargebackLost() as fact:
            return replace(
                state,
                status=ChargebackStatus.LOST,
                wallet_minor=fact.wallet_minor,
                receivable_minor=fact.receivable_minor,
                closed_at=recorded.occurred_at,
            )
        case facts.ChargebackContradicted():
            return replace(state, contradictions=state.contradictions + 1)
        case _:
            return state
