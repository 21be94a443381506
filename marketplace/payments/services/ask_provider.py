"""Make an attempt to pay known to its provider, and keep the answer."""

from marketplace.core.money import Money
from marketplace.payments.models import PaymentAttempt
from marketplace.payments.providers.protocol import NewPayment
from marketplace.payments.services._asking import ask_to_collect
from marketplace.payments.services.record_attempt_outcome import (
    record_attempt_observed,
    record_attempt_refused,
    record_attempt_unknown,
)


def ask_provider(attempt: PaymentAttempt) -> None:
    """Make the attempt known to the provider, outside any transaction; safe to repeat."""
    payment, attempt_id = attempt.payment, attempt.id
    ask_to_collect(
        attempt,
        NewPayment(
            reference=str(attempt_id),
            amount=Money(payment.amount_minor, payment.currency),
            description=f"Order {payment.order_id}",
            return_url=attempt.return_url,
            metadata={"order_id": str(payment.order_id)},
        ),
        observed=lambda seen: record_attempt_observed(attempt_id=attempt_id, observed=seen),
        refused=lambda code: record_attempt_refused(attempt_id=attempt_id, code=code),
        unknown=lambda error: record_attempt_unknown(attempt_id=attempt_id, error=error),
    )
