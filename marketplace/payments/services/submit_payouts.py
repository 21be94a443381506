from uuid import UUID

import structlog

from marketplace.core.money import Money
from marketplace.payments.appointments import claim_due
from marketplace.payments.models import Payout, PayoutStatus
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import (
    NewPayout,
    PaymentProvider,
    ProviderDeclined,
    ProviderError,
    ProviderPayout,
    ProviderRejected,
    asking,
)
from marketplace.payments.repositories.bank_accounts import open_destination
from marketplace.payments.services.learn_payout import learn_payout
from marketplace.payments.services.record_payout_outcome import (
    record_payout_refused,
    record_payout_unknown,
)

log = structlog.get_logger(__name__)


def submit_payouts() -> int:
    """Send what was requested and ask about what is unknown or long open; returns how many.

    The payout's id is the key and the reference, so sending it twice is one payout; after an
    unknown outcome the provider is asked first all the same.
    """
    payout_ids = claim_due(Payout)
    for payout_id in payout_ids:
        _submit(payout_id)
    return len(payout_ids)


def _submit(payout_id: UUID) -> None:
    payout = Payout.objects.select_related("bank_account").get(id=payout_id)
    provider, known_status = get_provider(payout.provider), payout.status
    try:
        learn_payout(
            provider=provider,
            payout_id=payout_id,
            observed=_ask(provider, payout),
            known_status=known_status,
        )
    except (ProviderDeclined, ProviderRejected) as error:
        record_payout_refused(payout_id=payout_id, code=error.code)
    except ProviderError as error:
        # Perhaps it was made: never taken for a failure, never sent again unasked.
        log.warning("payout_unknown", payout_id=str(payout_id), code=error.code)
        record_payout_unknown(payout_id=payout_id, error=str(error))


def _ask(provider: PaymentProvider, payout: Payout) -> ProviderPayout:
    if payout.provider_payout_id is not None:
        with asking():
            return provider.fetch_payout(payout.provider_payout_id)
    # A claim before this one may have sent it and died before it could say so.
    was_perhaps_sent = payout.status == PayoutStatus.UNKNOWN or payout.checks > 1
    if was_perhaps_sent:
        with asking():
            found = provider.find_payout(str(payout.id))
        if found is not None:
            return found
    return provider.pay_out(
        NewPayout(
            reference=str(payout.id),
            amount=Money(payout.amount_minor, payout.currency),
            destination=open_destination(payout.bank_account),
        )
    )
