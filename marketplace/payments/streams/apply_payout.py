"""From facts to the state of a payout: a pure function."""

from dataclasses import replace

from marketplace.payments.models.payout import PayoutStatus
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import PayoutState, Recorded


def apply_to_payout(state: PayoutState | None, recorded: Recorded) -> PayoutState:
    """The payout after the fact."""
    if state is None:
        return _requested(recorded)
    return replace(
        _changed(state, recorded),
        version=recorded.version,
        head_hash=recorded.hash,
        updated_at=recorded.occurred_at,
    )


def _requested(recorded: Recorded) -> PayoutState:
    fact = recorded.fact
    if not isinstance(fact, facts.PayoutRequested):
        raise TypeError(f"a payout's stream cannot begin with {fact.type}")
    return PayoutState(
        id=recorded.stream_id,
        user_id=fact.user_id,
        wallet_id=fact.wallet_id,
        bank_account_id=fact.bank_account_id,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        provider=fact.provider,
        provider_payout_id=None,
        client_key=fact.client_key,
        status=PayoutStatus.REQUESTED,
        failure_code="",
        requested_at=fact.requested_at or recorded.occurred_at,
        policy=fact.policy or {},
        approvals_needed=fact.approvals_needed,
        reasons=list(fact.reasons),
        approved_by=[],
        awaits_approval=fact.approvals_needed > 0,
        version=recorded.version,
        head_hash=recorded.hash,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _changed(state: PayoutState, recorded: Recorded) -> PayoutState:
    match recorded.fact:
        case facts.PayoutOutcomeUnknown():
            return replace(state, status=PayoutStatus.UNKNOWN)
        case facts.PayoutSubmitted() as fact:
            return replace(
                state, status=PayoutStatus.SENT, provider_payout_id=fact.provider_payout_id
            )
        case facts.PayoutPaid() as fact:
            return replace(
                state, status=PayoutStatus.PAID, provider_payout_id=fact.provider_payout_id
            )
        case facts.PayoutFailed() as fact:
            return replace(
                state, status=PayoutStatus.FAILED, failure_code=fact.code, awaits_approval=False
            )
        case facts.PayoutReturned() as fact:
            return replace(state, status=PayoutStatus.RETURNED, failure_code=fact.code)
        case facts.PayoutApproved() | facts.PayoutSetAside() as fact:
            return _decided(state, fact)
        case facts.PayoutContradicted():
            return replace(state, failure_code="contradicted")
        case _:
            return state


def _decided(state: PayoutState, fact: facts.PayoutApproved | facts.PayoutSetAside) -> PayoutState:
    if isinstance(fact, facts.PayoutSetAside):
        return replace(
            state,
            reasons=list(dict.fromkeys([*state.reasons, *fact.reasons])),
            approvals_needed=fact.approvals_needed,
            approved_by=[],
            awaits_approval=True,
        )
    # The same person counts once, whatever was recorded.
    approved_by = list(dict.fromkeys([*state.approved_by, str(fact.operator_id)]))
    return replace(
        state,
        approved_by=approved_by,
        awaits_approval=state.awaits_approval and len(approved_by) < state.approvals_needed,
    )
