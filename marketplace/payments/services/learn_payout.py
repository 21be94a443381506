"""From what the provider said about a payout to our books, by way of asking again."""

from uuid import UUID

from marketplace.payments.appointments import ASK_AGAIN
from marketplace.payments.models import Payout
from marketplace.payments.providers.protocol import (
    PaymentProvider,
    ProviderPayout,
    ProviderUnknown,
    asking,
)
from marketplace.payments.services.record_payout_outcome import record_payout_observed

MOST_LOOKS = 3


def learn_payout(
    *,
    provider: PaymentProvider,
    payout_id: UUID,
    observed: ProviderPayout,
    known_status: str = "",
) -> str:
    """Record what the provider said; ask it again where that may be older than our books.

    Another worker may have asked later and recorded first. ``known_status`` is how the payout stood
    before the provider was asked.
    """
    for _ in range(MOST_LOOKS):
        said = record_payout_observed(
            payout_id=payout_id, observed=observed, known_status=known_status
        )
        if said != ASK_AGAIN:
            return said
        known_status = Payout.objects.values_list("status", flat=True).get(id=payout_id)
        with asking():
            observed = provider.fetch_payout(observed.id)
    raise ProviderUnknown("it changes while it is asked about", code="unsteady")
