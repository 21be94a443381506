"""From what the provider said about a chargeback to our books, by way of asking again."""

from marketplace.payments.appointments import ASK_AGAIN
from marketplace.payments.models import Chargeback
from marketplace.payments.providers.protocol import (
    PaymentProvider,
    ProviderChargeback,
    ProviderUnknown,
    asking,
)
from marketplace.payments.services.record_chargeback import record_chargeback_observed

MOST_LOOKS = 3


def learn_chargeback(
    *, provider: PaymentProvider, observed: ProviderChargeback, known_standing: str = ""
) -> str:
    """Record what the provider said; ask it again where that may be older than our books.

    ``known_standing`` is how the chargeback stood before the provider was asked.
    """
    for _ in range(MOST_LOOKS):
        said = record_chargeback_observed(
            provider=provider.name, observed=observed, known_standing=known_standing
        )
        if said != ASK_AGAIN:
            return said
        known_standing = Chargeback.objects.get(
            provider=provider.name, provider_chargeback_id=observed.id
        ).standing
        with asking():
            observed = provider.fetch_chargeback(observed.id)
    raise ProviderUnknown("it changes while it is asked about", code="unsteady")
