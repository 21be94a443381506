"""Make an attempt to pay known to its provider, and keep the answer."""

import structlog

from marketplace.core.money import Money
from marketplace.payments.models import AttemptStatus, PaymentAttempt
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import (
    NewPayment,
    ProviderDeclined,
    ProviderError,
    ProviderRejected,
    asking,
)
from marketplace.payments.services.record_attempt_outcome import (
    record_attempt_observed,
    record_attempt_refused,
    record_attempt_unknown,
)

log = structlog.get_logger(__name__)


def ask_provider(attempt: PaymentAttempt) -> None:
    """Make the attempt known to the provider, outside any transaction, and keep the answer.

    Safe to repeat: an unknown outcome is asked for by reference first, and the request itself
    carries the attempt's id as its key.
    """
    payment = attempt.payment
    provider, reference = get_provider(attempt.provider), str(attempt.id)
    try:
        observed = None
        if attempt.status == AttemptStatus.UNKNOWN:
            with asking():
                observed = provider.find_payment(reference)
        if observed is None:
            observed = provider.create_payment(
                NewPayment(
                    reference=reference,
                    amount=Money(payment.amount_minor, payment.currency),
                    description=f"Order {payment.order_id}",
                    return_url=attempt.return_url,
                    metadata={"order_id": str(payment.order_id)},
                )
            )
    except (ProviderDeclined, ProviderRejected) as error:
        record_attempt_refused(attempt_id=attempt.id, code=error.code)
    except ProviderError as error:
        # Perhaps it was made: only the provider knows. Never taken for a failure.
        log.warning("payment_attempt_unknown", attempt_id=reference, code=error.code)
        record_attempt_unknown(attempt_id=attempt.id, error=str(error))
    else:
        record_attempt_observed(attempt_id=attempt.id, observed=observed)
