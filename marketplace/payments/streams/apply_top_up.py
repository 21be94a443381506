"""From facts to the state of a top-up: a pure function."""

from dataclasses import replace

from marketplace.payments.models.payment_attempt import AttemptStatus
from marketplace.payments.streams import facts
from marketplace.payments.streams.apply_attempt import after_attempt_fact
from marketplace.payments.streams.states import Recorded, TopUpState


def apply_to_top_up(state: TopUpState | None, recorded: Recorded) -> TopUpState:
    """The top-up after the fact."""
    if state is None:
        return _requested(recorded)
    changed = after_attempt_fact(state, recorded.fact)
    match recorded.fact:
        case facts.TopUpCredited() as fact:
            changed = replace(
                changed,
                credited_minor=fact.amount_minor,
                credited_currency=fact.currency,
                credited_at=recorded.occurred_at,
            )
        case facts.TopUpChargedBack() as fact:
            taken_minor = changed.charged_back_minor + fact.amount_minor
            changed = replace(changed, charged_back_minor=taken_minor)
        case facts.TopUpGivenBack() as fact:
            taken_minor = changed.charged_back_minor - fact.amount_minor
            changed = replace(changed, charged_back_minor=taken_minor)
    return replace(
        changed,
        version=recorded.version,
        head_hash=recorded.hash,
        updated_at=recorded.occurred_at,
    )


def _requested(recorded: Recorded) -> TopUpState:
    fact = recorded.fact
    if not isinstance(fact, facts.TopUpRequested):
        raise TypeError(f"a top-up's stream cannot begin with {fact.type}")
    return TopUpState(
        id=recorded.stream_id,
        user_id=fact.user_id,
        wallet_id=fact.wallet_id,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
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
        credited_minor=0,
        credited_currency="",
        credited_at=None,
        charged_back_minor=0,
        version=recorded.version,
        head_hash=recorded.hash,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )
