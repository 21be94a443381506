import structlog

from marketplace.payments.appointments import claim_due, look_again
from marketplace.payments.models import Chargeback
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.services.learn_chargeback import learn_chargeback

FIRST_LOOK_SECONDS = 60.0

log = structlog.get_logger(__name__)


def watch_chargebacks() -> int:
    """Ask about open chargebacks now and then, since a webhook may be lost; returns how many.

    A bank decides in weeks: the questions become rarer, down to one an hour.
    """
    chargeback_ids = claim_due(Chargeback)
    for chargeback in Chargeback.objects.filter(id__in=chargeback_ids):
        _watch(chargeback)
    return len(chargeback_ids)


def _watch(chargeback: Chargeback) -> None:
    provider = get_provider(chargeback.provider)
    try:
        learn_chargeback(
            provider=provider,
            observed=provider.fetch_chargeback(chargeback.provider_chargeback_id),
            known_standing=chargeback.standing,
        )
        error = ""
    except ProviderError as raised:
        log.warning("chargeback_unknown", chargeback_id=str(chargeback.id), code=raised.code)
        error = str(raised)
    chargeback.refresh_from_db()
    if chargeback.next_check_at is not None:
        look_again(chargeback, error=error, first_seconds=FIRST_LOOK_SECONDS)
