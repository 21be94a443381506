from uuid import UUID

import structlog

from marketplace.payments.models import Payout, PayoutStatus
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import ProviderError, asking
from marketplace.payments.repositories.payout_watch import claim_watched, watch_soon
from marketplace.payments.services.learn_payout import learn_payout

BATCH_SIZE = 10

log = structlog.get_logger(__name__)


def watch_paid_payouts() -> int:
    """Ask about paid payouts whose next look is due, a few at a time; returns how many.

    A return is recorded like the webhook that was lost. Everything else changes nothing.
    """
    payout_ids = claim_watched(BATCH_SIZE)
    for payout_id in payout_ids:
        _look(payout_id)
    return len(payout_ids)


def _look(payout_id: UUID) -> None:
    payout = Payout.objects.get(id=payout_id)
    if payout.status != PayoutStatus.PAID or payout.provider_payout_id is None:
        return
    provider = get_provider(payout.provider)
    try:
        with asking():
            observed = provider.fetch_payout(payout.provider_payout_id)
        learn_payout(
            provider=provider,
            payout_id=payout_id,
            observed=observed,
            known_status=payout.status,
        )
    except ProviderError as error:
        # It stays paid in our books; it is asked again in a while.
        log.warning("paid_payout_not_seen", payout_id=str(payout_id), code=error.code)
        watch_soon(payout_id)
