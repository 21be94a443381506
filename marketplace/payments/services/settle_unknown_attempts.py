from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.appointments import claim_due
from marketplace.payments.models import PaymentAttempt
from marketplace.payments.services._asking import settle
from marketplace.payments.services.ask_provider import ask_provider
from marketplace.payments.services.learn_payment import learn_payment
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed


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
    settle(
        attempt,
        Money(attempt.payment.amount_minor, attempt.payment.currency),
        ask=lambda: ask_provider(attempt),
        learn=lambda provider, observed: learn_payment(
            provider=provider, attempt_id=attempt_id, observed=observed
        ),
        observed=lambda seen: record_attempt_observed(attempt_id=attempt_id, observed=seen),
    )
