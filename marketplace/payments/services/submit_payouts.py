from uuid import UUID

import structlog
from django.db.models import F

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
from marketplace.payments.repositories.freezes import payouts_frozen
from marketplace.payments.services.learn_payout import learn_payout
from marketplace.payments.services.record_payout_outcome import (
    record_payout_refused,
    record_payout_unknown,
)

FROZEN = "payouts are frozen"

log = structlog.get_logger(__name__)


def submit_payouts() -> int:
    """Send what was requested and ask about what is unknown or long open; returns how many.

    The payout's id is the key and the reference, so sending it twice is one payout; after an
    unknown outcome the provider is asked first all the same.

    While payouts are frozen nothing is sent; what was sent before is asked about as ever.
    """
    payout_ids = claim_due(Payout)
    for payout_id in payout_ids:
        _submit(payout_id)
    return len(payout_ids)


def _submit(payout_id: UUID) -> None:
    payout = Payout.objects.select_related("bank_account").get(id=payout_id)
    provider, known_status = get_provider(payout.provider), payout.status
    try:
        observed = _ask(provider, payout)
        if observed is None:
            _stays(payout_id)
            return
        learn_payout(
            provider=provider,
            payout_id=payout_id,
            observed=observed,
            known_status=known_status,
        )
    except (ProviderDeclined, ProviderRejected) as error:
        record_payout_refused(payout_id=payout_id, code=error.code)
    except ProviderError as error:
        # Perhaps it was made: never taken for a failure, never sent again unasked.
        log.warning("payout_unknown", payout_id=str(payout_id), code=error.code)
        record_payout_unknown(payout_id=payout_id, error=str(error))


def _ask(provider: PaymentProvider, payout: Payout) -> ProviderPayout | None:
    """What the provider says; None when it was not sent because payouts are frozen."""
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
    # Right before the call, for each payout: a freeze binds a batch that is being worked through.
    if payouts_frozen():
        return None
    return provider.pay_out(
        NewPayout(
            reference=str(payout.id),
            amount=Money(payout.amount_minor, payout.currency),
            destination=open_destination(payout.bank_account),
        )
    )


def _stays(payout_id: UUID) -> None:
    # The claim did nothing, so it does not count; its lease says when to look again.
    Payout.objects.filter(id=payout_id).update(checks=F("checks") - 1, last_error=FROZEN)
