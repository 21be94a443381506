"""From what the provider said about a top-up to the wallet, by way of collecting it."""

from uuid import UUID

from marketplace.payments.models import OPEN_ATTEMPT_STATUSES, TopUp
from marketplace.payments.providers.protocol import PaymentProvider, ProviderPayment
from marketplace.payments.services._asking import collect_approved
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed


def learn_top_up(*, provider: PaymentProvider, top_up_id: UUID, observed: ProviderPayment) -> str:
    """Record what the provider said; collect first what the user approved."""
    collected = collect_approved(provider, observed, is_wanted=lambda: _is_wanted(top_up_id))
    return record_top_up_observed(top_up_id=top_up_id, observed=collected)


def _is_wanted(top_up_id: UUID) -> bool:
    return TopUp.objects.filter(id=top_up_id, status__in=OPEN_ATTEMPT_STATUSES).exists()
