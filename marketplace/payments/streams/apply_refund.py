"""From facts to the state of a refund: a pure function."""

from dataclasses import replace

from marketplace.payments.models.refund import RefundStatus
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import Recorded, RefundState


def apply_to_refund(state: RefundState | None, recorded: Recorded) -> RefundState:
    """The refund that the fact is about, after it."""
    if state is None:
        return _requested(recorded)
    return replace(_refund_changed(state, recorded), updated_at=recorded.occurred_at)


def _requested(recorded: Recorded) -> RefundState:
    fact = recorded.fact
    if not isinstance(fact, facts.RefundRequested):
        raise TypeError(f"a refund cannot begin with {fact.type}")
    return RefundState(
        id=fact.refund_id,
        payment_id=recorded.stream_id,
        attempt_id=fact.attempt_id,
        provider=fact.provider,
        provider_payment_id=fact.provider_payment_id,
        provider_refund_id=None,
        source=fact.source,
        amount_minor=fact.amount_minor,
        from_seller_minor=fact.from_seller_minor,
        currency=fact.currency,
        reason=fact.reason,
        status=RefundStatus.REQUESTED,
        failure_code="",
        contradictions=0,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _refund_changed(state: RefundState, recorded: Recorded) -> RefundState:
    match recorded.fact:
        case facts.RefundOutcomeUnknown():
            return replace(state, status=RefundStatus.UNKNOWN)
        case facts.RefundSubmitted() as fact:
            return replace(
                state,
                status=RefundStatus.SUBMITTED,
                provider_refund_id=fact.provider_refund_id,
            )
        case facts.RefundSucceeded() as fact:
            return replace(
                state,
                status=RefundStatus.SUCCEEDED,
                provider_refund_id=fact.provider_refund_id,
            )
        case facts.RefundFailed() as fact:
            return replace(state, status=RefundStatus.FAILED, failure_code=fact.code)
        case facts.RefundContradicted() as fact:
            code = fact.code if fact.is_over else "contradicted"
            return replace(state, failure_code=code, contradictions=state.contradictions + 1)
        case _:
            return state
