from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.appointments import POLL_SECONDS, claim_due, look_again
from marketplace.payments.models import AttemptStatus, PaymentAttempt
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import (
    ObjectMissing,
    PaymentOutcome,
    ProviderError,
    ProviderPayment,
)
from marketplace.payments.services.ask_provider import ask_provider
from marketplace.payments.services.learn_payment import learn_payment
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed

FORGOTTEN_AFTER_HOURS = 48
"""No provider's page lives so long (PayPal: 3 hours, Flutterwave: 24): one that the provider does
not know by then was never paid."""

log = structlog.get_logger(__name__)


def settle_unknown_attempts() -> int:
    """Ask the provider about every attempt whose outcome is due; returns how many were asked.

    An intent that nobody sent is sent now, under its first key; one that may have been sent is
    asked for before. An attempt whose buyer waits on the provider's page is looked at seldom, for
    the case that its webhook was lost.
    """
    attempt_ids = claim_due(PaymentAttempt)
    for attempt_id in attempt_ids:
        _settle(attempt_id)
    return len(attempt_ids)


def _settle(attempt_id: UUID) -> None:
    attempt = PaymentAttempt.objects.select_related("payment").get(id=attempt_id)
    if attempt.status in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        if attempt.status == AttemptStatus.STARTED:
            # It was left behind between the commit and the answer: perhaps it was sent.
            attempt.status = AttemptStatus.UNKNOWN
        ask_provider(attempt)
        return
    provider = get_provider(attempt.provider)
    try:
        observed = provider.fetch_payment(attempt.provider_payment_id or "")
        learn_payment(provider=provider, attempt_id=attempt_id, observed=observed)
    except ProviderError as error:
        if isinstance(error, ObjectMissing) and _is_forgotten(attempt):
            _record_expired(attempt)
            return
        log.warning("payment_attempt_not_settled", attempt_id=str(attempt_id), code=error.code)
        with transaction.atomic():
            locked = PaymentAttempt.objects.select_for_update(no_key=True).get(id=attempt_id)
            look_again(locked, error=str(error), first_seconds=POLL_SECONDS)
        return
    if observed.outcome is PaymentOutcome.OPEN:
        log.info("payment_attempt_still_open", attempt_id=str(attempt_id))


def _is_forgotten(attempt: PaymentAttempt) -> bool:
    age = clock.now() - attempt.created_at
    return attempt.status == AttemptStatus.REDIRECTED and age > timedelta(
        hours=FORGOTTEN_AFTER_HOURS
    )


def _record_expired(attempt: PaymentAttempt) -> None:
    """The buyer may try again. A capture that comes after all counts, as after any decline."""
    gone = ProviderPayment(
        id=attempt.provider_payment_id or "",
        reference=str(attempt.id),
        outcome=PaymentOutcome.DECLINED,
        amount=Money(attempt.payment.amount_minor, attempt.payment.currency),
        failure_code="expired",
    )
    record_attempt_observed(attempt_id=attempt.id, observed=gone)
