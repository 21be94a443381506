"""From what the provider said about a refund to our books, by way of asking again."""

from uuid import UUID

from marketplace.payments.appointments import ASK_AGAIN
from marketplace.payments.models import Refund
from marketplace.payments.providers.protocol import (
    PaymentProvider,
    ProviderRefund,
    ProviderUnknown,
    asking,
)
from marketplace.payments.services.record_refund_outcome import record_refund_observed

MOST_LOOKS = 3


def learn_refund(
    *,
    provider: PaymentProvider,
    refund_id: UUID,
    observed: ProviderRefund,
    known_standing: str = "",
) -> str:
    """Record what the provider said; ask it again where that may be older than our books.

    Another worker may have asked later and recorded first. ``known_standing`` is how the refund
    stood before the provider was asked.
    """
    for _ in range(MOST_LOOKS):
        said = record_refund_observed(
            refund_id=refund_id, observed=observed, known_standing=known_standing
        )
        if said != ASK_AGAIN:
            return said
        known_standing = Refund.objects.get(id=refund_id).standing
        with asking():
            observed = provider.fetch_refund(observed.id)
    raise ProviderUnknown("it changes while it is asked about", code="unsteady")
