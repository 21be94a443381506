"""From what the provider said about a payment to our books, by way of collecting it."""

from uuid import UUID

from marketplace.payments.models import OPEN_ATTEMPT_STATUSES, PaymentAttempt
from marketplace.payments.providers.protocol import PaymentProvider, ProviderPayment
from marketplace.payments.services._asking import collect_approved
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed


def learn_payment(*, provider: PaymentProvider, attempt_id: UUID, observed: ProviderPayment) -> str:
    """Record what the provider said; collect first what the buyer approved and we still want.

    What was approved for an order that has ended or is paid otherwise is left alone.
    """
    collected = collect_approved(provider, observed, is_wanted=lambda: _is_wanted(attempt_id))
    return record_attempt_observed(attempt_id=attempt_id, observed=collected)


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
