"""What the provider says about an attempt, however it was learned: answer, webhook or repair."""

from uuid import UUID

import structlog

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.payments.appointments import POLL_SECONDS, look_again, no_more
from marketplace.payments.errors import ProviderFeeDiffers
from marketplace.payments.events import CaptureReported, PaymentDeclined
from marketplace.payments.models import (
    OPEN_ATTEMPT_STATUSES,
    AttemptStatus,
    Payment,
    PaymentAttempt,
)
from marketplace.payments.providers.protocol import PaymentOutcome, ProviderPayment
from marketplace.payments.repositories.payments import lock_attempt
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.streams import facts

log = structlog.get_logger(__name__)


@opens_transaction
def record_attempt_observed(*, attempt_id: UUID, observed: ProviderPayment) -> str:
    """Bring the attempt up to what the provider says now; returns what changed, in a few words.

    States only move forward. A capture counts whatever we believed before, also after a decline,
    because it is money; nothing takes a capture back. What is known already changes nothing.
    """
    payment, attempt = lock_attempt(attempt_id)
    if observed.outcome is PaymentOutcome.CAPTURED:
        _book_fee(payment, attempt, observed)
    match observed.outcome:
        case PaymentOutcome.CAPTURED if attempt.status != AttemptStatus.CAPTURED:
            return _captured(payment, attempt, observed)
        case PaymentOutcome.DECLINED if attempt.status in OPEN_ATTEMPT_STATUSES:
            return _declined(payment, attempt, observed.id, observed.failure_code or "declined")
        case PaymentOutcome.OPEN | PaymentOutcome.APPROVED if (
            attempt.status in OPEN_ATTEMPT_STATUSES
        ):
            return _waiting(payment, attempt, observed)
    return "nothing new"


@opens_transaction
def record_attempt_refused(*, attempt_id: UUID, code: str) -> str:
    """The provider refused the request itself: definite, and nothing was collected."""
    payment, attempt = lock_attempt(attempt_id)
    if attempt.status not in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        return "nothing new"
    return _declined(payment, attempt, None, code or "refused")


@opens_transaction
def record_attempt_unknown(*, attempt_id: UUID, error: str) -> None:
    """No answer: the repair job will ask."""
    payment, attempt = lock_attempt(attempt_id)
    if attempt.status == AttemptStatus.STARTED:
        _append(payment, attempt, facts.AttemptOutcomeUnknown(attempt_id=attempt.id))
    if attempt.status == AttemptStatus.UNKNOWN:
        look_again(attempt, error=error)


def _captured(payment: Payment, attempt: PaymentAttempt, observed: ProviderPayment) -> str:
    confirmed = facts.CaptureConfirmed(
        attempt_id=attempt.id,
        provider_payment_id=observed.id,
        amount_minor=observed.amount.amount_minor,
        currency=observed.amount.currency,
        details=dict(observed.details),
    )
    _append(payment, attempt, confirmed)
    no_more(attempt)
    record(
        CaptureReported(
            payment_id=payment.id,
            order_id=payment.order_id,
            attempt_id=attempt.id,
            amount_minor=observed.amount.amount_minor,
            currency=observed.amount.currency,
        ),
        key=payment.order_id,
    )
    return "captured"


def _book_fee(payment: Payment, attempt: PaymentAttempt, observed: ProviderPayment) -> None:
    """What the provider kept; it may say so only in a later answer than the capture's first."""
    if observed.fee is None or not observed.fee.is_positive:
        return
    try:
        book_provider_fee(
            provider=attempt.provider,
            provider_payment_id=observed.id,
            payment_id=payment.id,
            amount=observed.fee,
        )
    except ProviderFeeDiffers as difference:
        # The capture counts all the same; reconciliation shows the difference as an open item.
        log.warning("provider_fee_differs", detail=difference.detail)


def _declined(
    payment: Payment, attempt: PaymentAttempt, provider_payment_id: str | None, code: str
) -> str:
    declined = facts.AttemptDeclined(
        attempt_id=attempt.id, provider_payment_id=provider_payment_id, code=code[:100]
    )
    _append(payment, attempt, declined)
    no_more(attempt)
    record(
        PaymentDeclined(
            payment_id=payment.id,
            order_id=payment.order_id,
            attempt_id=attempt.id,
            buyer_id=payment.user_id,
            code=code[:100],
        ),
        key=payment.order_id,
    )
    return "declined"


def _waiting(payment: Payment, attempt: PaymentAttempt, observed: ProviderPayment) -> str:
    is_news = attempt.status != AttemptStatus.REDIRECTED
    if is_news:
        redirected = facts.AttemptRedirected(
            attempt_id=attempt.id,
            provider_payment_id=observed.id,
            redirect_url=observed.redirect_url,
        )
        _append(payment, attempt, redirected)
        attempt.checks = 0
    # The webhook should tell; where it is lost, the repair job asks.
    look_again(attempt, first_seconds=POLL_SECONDS)
    return "waits for the buyer" if is_news else "nothing new"


def _append(payment: Payment, attempt: PaymentAttempt, fact: facts.Fact) -> None:
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[fact],
        actor=Actor.provider(attempt.provider),
        attempts=[attempt],
    )
