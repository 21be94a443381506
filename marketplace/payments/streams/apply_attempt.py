"""From facts to the state of an attempt: a pure function."""

from dataclasses import replace
from typing import TypeVar

from marketplace.payments.models.payment_attempt import ASSIGNED, WALLET, AttemptStatus
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import AttemptState, Recorded, TopUpState

Collecting = TypeVar("Collecting", AttemptState, TopUpState)


def apply_to_attempt(state: AttemptState | None, recorded: Recorded) -> AttemptState:
    """The attempt that the fact is about, after it."""
    if state is None:
        return _started(recorded)
    return replace(after_attempt_fact(state, recorded.fact), updated_at=recorded.occurred_at)


def _started(recorded: Recorded) -> AttemptState:
    fact = recorded.fact
    if isinstance(fact, facts.PaidFromWallet):
        return _paid_from_wallet(fact, recorded)
    if isinstance(fact, facts.ReceiptAssigned):
        return _assigned(fact, recorded)
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


def _paid_from_wallet(fact: facts.PaidFromWallet, recorded: Recorded) -> AttemptState:
    return AttemptState(
        id=fact.attempt_id,
        payment_id=recorded.stream_id,
        provider=WALLET,
        method=WALLET,
        client_key=fact.client_key,
        return_url="",
        status=AttemptStatus.CAPTURED,
        provider_payment_id=None,
        redirect_url="",
        captured_minor=fact.amount_minor,
        captured_currency=fact.currency,
        failure_code="",
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _assigned(fact: facts.ReceiptAssigned, recorded: Recorded) -> AttemptState:
    return AttemptState(
        id=fact.attempt_id,
        payment_id=recorded.stream_id,
        provider=fact.provider,
        method=ASSIGNED,
        client_key=f"review:{fact.review_id}",
        return_url="",
        status=AttemptStatus.CAPTURED,
        provider_payment_id=fact.provider_payment_id,
        redirect_url="",
        captured_minor=fact.amount_minor,
        captured_currency=fact.currency,
        failure_code="",
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def after_attempt_fact(state: Collecting, fact: facts.Fact) -> Collecting:
    """What the fact changes of an attempt, or of a top-up, which is collected like one."""
    match fact:
        case facts.AttemptOutcomeUnknown():
            return replace(state, status=AttemptStatus.UNKNOWN)
        case facts.AttemptRedirected():
            return replace(
                state,
                status=AttemptStatus.REDIRECTED,
                provider_payment_id=fact.provider_payment_id,
                redirect_url=fact.redirect_url,
            )
        case facts.AttemptDeclined():
            return replace(
                state,
                status=AttemptStatus.DECLINED,
                provider_payment_id=fact.provider_payment_id or state.provider_payment_id,
                failure_code=fact.code,
            )
        case facts.CaptureConfirmed():
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
