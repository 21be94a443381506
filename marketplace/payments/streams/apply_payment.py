"""From facts to the state of a payment, its attempts and its refunds: pure functions."""

from dataclasses import replace
from datetime import datetime
from functools import singledispatch

from marketplace.payments.models.payment import EscrowStatus, PaymentStatus
from marketplace.payments.models.payment_attempt import AttemptStatus
from marketplace.payments.models.refund import RefundSource, RefundStatus
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import (
    AttemptState,
    PaymentState,
    Recorded,
    RefundState,
)


def apply_to_payment(state: PaymentState | None, recorded: Recorded) -> PaymentState:
    """The payment after the fact."""
    if state is None:
        return _created(recorded)
    changed = _changed(recorded.fact, state, recorded.occurred_at)
    return replace(
        changed,
        version=recorded.version,
        head_hash=recorded.hash,
        updated_at=recorded.occurred_at,
    )


def _created(recorded: Recorded) -> PaymentState:
    fact = recorded.fact
    if not isinstance(fact, facts.PaymentCreated):
        raise TypeError(f"a payment's stream cannot begin with {fact.type}")
    return PaymentState(
        id=recorded.stream_id,
        order_id=fact.order_id,
        user_id=fact.buyer_id,
        seller_id=fact.seller_id,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        payment_method="",
        payment_provider="",
        status=PaymentStatus.PENDING,
        provider_transaction_id="",
        escrow_status=None,
        payment_details={},
        commission_terms=fact.commission_terms,
        commission_minor=fact.commission_terms["commission_minor"],
        captured_minor=0,
        released_minor=0,
        refunded_minor=0,
        held_attempt_id=None,
        captured_at=None,
        released_at=None,
        refunded_at=None,
        voided_at=None,
        must_settle_before=None,
        version=recorded.version,
        head_hash=recorded.hash,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


@singledispatch
def _changed(_fact: facts.Fact, state: PaymentState, _at: datetime) -> PaymentState:
    """What the fact changes beside version, hash and time; most facts change nothing more."""
    return state


@_changed.register
def _(fact: facts.AttemptStarted, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(
        state,
        status=PaymentStatus.PENDING,
        payment_method=fact.method,
        payment_provider=fact.provider,
        provider_transaction_id="",
    )


@_changed.register
def _(fact: facts.AttemptRedirected, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(state, provider_transaction_id=fact.provider_payment_id)


@_changed.register
def _(_fact: facts.AttemptDeclined, state: PaymentState, _at: datetime) -> PaymentState:
    # Another attempt's money may be in escrow already: a decline takes nothing back.
    if state.escrow_status is not None:
        return state
    return replace(state, status=PaymentStatus.FAILED)


@_changed.register
def _(fact: facts.CaptureConfirmed, state: PaymentState, _at: datetime) -> PaymentState:
    if state.escrow_status is not None:
        return state
    return replace(
        state, payment_details=fact.details, provider_transaction_id=fact.provider_payment_id
    )


@_changed.register
def _(fact: facts.FundsHeld, state: PaymentState, at: datetime) -> PaymentState:
    return replace(
        state,
        status=PaymentStatus.COMPLETED,
        escrow_status=EscrowStatus.IN_ESCROW,
        captured_minor=fact.amount_minor,
        held_attempt_id=fact.attempt_id,
        captured_at=at,
        must_settle_before=fact.must_settle_before,
    )


@_changed.register
def _(fact: facts.EscrowReleased, state: PaymentState, at: datetime) -> PaymentState:
    return replace(
        state,
        escrow_status=EscrowStatus.RELEASED,
        released_minor=state.released_minor + fact.gross_minor,
        released_at=at,
        must_settle_before=None,
    )


@_changed.register
def _(_fact: facts.PaymentVoided, state: PaymentState, at: datetime) -> PaymentState:
    return replace(state, status=PaymentStatus.FAILED, voided_at=at)


@_changed.register
def _(fact: facts.RefundRequested, state: PaymentState, at: datetime) -> PaymentState:
    if fact.source != RefundSource.ESCROW:
        return state
    return replace(
        state,
        escrow_status=EscrowStatus.REFUNDED,
        refunded_minor=state.refunded_minor + fact.amount_minor,
        refunded_at=at,
        must_settle_before=None,
    )


@_changed.register(facts.RefundSucceeded)
@_changed.register(facts.RefundFailed)
def _(
    fact: facts.RefundSucceeded | facts.RefundFailed, state: PaymentState, _at: datetime
) -> PaymentState:
    # Either way the buyer has it: on the card, or in the wallet.
    if fact.source != RefundSource.ESCROW:
        return state
    return replace(state, status=PaymentStatus.REFUNDED)


def apply_to_attempt(state: AttemptState | None, recorded: Recorded) -> AttemptState:
    """The attempt that the fact is about, after it."""
    if state is None:
        return _started(recorded)
    return replace(_attempt_changed(state, recorded), updated_at=recorded.occurred_at)


def _started(recorded: Recorded) -> AttemptState:
    fact = recorded.fact
    if not isinstance(fact, facts.AttemptStarted):
        raise TypeError(f"an attempt cannot begin with {fact.type}")
    return AttemptState(
        id=fact.attempt_id,
        payment_id=recorded.stream_id,
        provider=fact.provider,
        method=fact.method,
        client_key=fact.client_key,
        return_url=fact.return_url,
        status=AttemptStatus.STARTED,
        provider_payment_id=None,
        redirect_url="",
        captured_minor=None,
        captured_currency="",
        failure_code="",
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _attempt_changed(state: AttemptState, recorded: Recorded) -> AttemptState:
    match recorded.fact:
        case facts.AttemptOutcomeUnknown():
            return replace(state, status=AttemptStatus.UNKNOWN)
        case facts.AttemptRedirected() as fact:
            return replace(
                state,
                status=AttemptStatus.REDIRECTED,
                provider_payment_id=fact.provider_payment_id,
                redirect_url=fact.redirect_url,
            )
        case facts.AttemptDeclined() as fact:
            return replace(
                state,
                status=AttemptStatus.DECLINED,
                provider_payment_id=fact.provider_payment_id or state.provider_payment_id,
                failure_code=fact.code,
            )
        case facts.CaptureConfirmed() as fact:
            return replace(
                state,
                status=AttemptStatus.CAPTURED,
                provider_payment_id=fact.provider_payment_id,
                captured_minor=fact.amount_minor,
                captured_currency=fact.currency,
                failure_code="",
            )
        case _:
            return state


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
        currency=fact.currency,
        reason=fact.reason,
        status=RefundStatus.REQUESTED,
        failure_code="",
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
        case facts.RefundContradicted():
            return replace(state, failure_code="contradicted")
        case _:
            return state
