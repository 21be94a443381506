"""From what the provider said about a payment to our books, by way of collecting it."""

from dataclasses import replace
from uuid import UUID

from marketplace.payments.models import OPEN_ATTEMPT_STATUSES, PaymentAttempt
from marketplace.payments.providers.protocol import (
    CapturingProvider,
    PaymentOutcome,
    PaymentProvider,
    ProviderPayment,
    ProviderUnknown,
)
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed

NOT_COLLECTED = "not_collected"


def learn_payment(*, provider: PaymentProvider, attempt_id: UUID, observed: ProviderPayment) -> str:
    """Record what the provider said; collect first what the buyer approved and we still want.

    The intent to collect is the attempt, committed before the provider heard of it. Collecting
    twice is collecting once, at the provider, so a webhook, the repair job and a crash between them
    need no order. An unknown outcome is raised: whoever called asks again later.

    What was approved for an order that has ended or is paid otherwise is left alone: nothing was
    taken, so there is nothing to give back.
    """
    if observed.outcome is PaymentOutcome.APPROVED:
        if not isinstance(provider, CapturingProvider):
            raise ProviderUnknown("approved, and this provider has no way to collect it")
        if _is_wanted(attempt_id):
            observed = provider.capture_payment(observed.id)
        else:
            observed = replace(
                observed, outcome=PaymentOutcome.DECLINED, failure_code=NOT_COLLECTED
            )
    return record_attempt_observed(attempt_id=attempt_id, observed=observed)


def _is_wanted(attempt_id: UUID) -> bool:
    # Without a lock, which no call may be made under: what changes right now is met by
    # hold_captured_funds, which refunds a late capture.
    attempt = PaymentAttempt.objects.select_related("payment").get(id=attempt_id)
    payment = attempt.payment
    return (
        attempt.status in OPEN_ATTEMPT_STATUSES
        and payment.voided_at is None
        and payment.held_attempt_id is None
    )
