from uuid import UUID

import structlog

from marketplace.core.db import is_connection_failure
from marketplace.core.money import Money
from marketplace.payments.appointments import claim_due, give_back
from marketplace.payments.models import Payout, PayoutStatus
from marketplace.payments.payout_reasons import PayoutReason, in_words
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
from marketplace.payments.services._payout_obstacles import find_obstacle, set_payout_aside
from marketplace.payments.services.learn_payout import learn_payout
from marketplace.payments.services.record_payout_outcome import (
    record_payout_refused,
    record_payout_unknown,
)

ALREADY_AT_THE_PROVIDER = "status <> 'REQUESTED'"
"""What may be asked about while nothing may be sent."""

log = structlog.get_logger(__name__)


class NotSent(Exception):
    """It may not be sent at present; nothing was."""


class SendingFrozen(NotSent):
    """Nothing may be."""


class Obstructed(NotSent):
    """Something that people look at has come up."""

    def __init__(self, reason: PayoutReason) -> None:
        super().__init__(in_words([reason])[0])
        self.reason = reason


def submit_payouts() -> int:
    """Send what was requested and ask about what is unknown or long open; returns how many.

    The payout's id is the key and the reference, so sending it twice is one payout; after an
    unknown outcome the provider is asked first all the same. While payouts are frozen nothing is
    sent: what was requested waits where it is, and goes on by itself afterwards. One whose owner
    has come to owe us money or was suspended, or whose account was blocked, waits for two operators
    (ADR 99).
    """
    frozen = payouts_frozen()
    payout_ids = claim_due(Payout, only=ALREADY_AT_THE_PROVIDER if frozen else "")
    for payout_id in payout_ids:
        try:
            _submit(payout_id)
        except Exception as error:
            if is_connection_failure(error):
                raise
            _leave(payout_id, error)
    return len(payout_ids)


def _leave(payout_id: UUID, error: Exception) -> None:
    """An error of ours (an account that cannot be opened, say) holds up this one only. Its lease
    brings it back, and then the provider is asked before anything is sent."""
    log.error("payout_not_submitted", payout_id=str(payout_id), exc_info=error)
    text = f"{type(error).__name__}: {error}"[:500]
    Payout.objects.filter(id=payout_id).update(last_error=text)


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
    except NotSent as reason:
        # The provider knows nothing of one whose sending had no answer: it may show it late, so it
        # is asked again, less and less often. Else it came between the claim and the call.
        if _was_perhaps_sent(payout):
            record_payout_unknown(payout_id=payout_id, error=str(reason))
        elif isinstance(reason, Obstructed):
            set_payout_aside(payout_id=payout_id, claims=payout.checks, reason=reason.reason)
        else:
            give_back(payout)
    except (ProviderDeclined, ProviderRejected) as error:
        _refused(provider, payout, error)
    except ProviderError as error:
        # Perhaps it was made: never taken for a failure, never sent again unasked.
        log.warning("payout_unknown", payout_id=str(payout_id), code=error.code)
        record_payout_unknown(payout_id=payout_id, error=str(error))


def _ask(provider: PaymentProvider, payout: Payout) -> ProviderPayout:
    if payout.provider_payout_id is not None:
        with asking():
            return provider.fetch_payout(payout.provider_payout_id)
    if _was_perhaps_sent(payout):
        with asking():
            found = provider.find_payout(str(payout.id))
        if found is not None:
            return found
    if payouts_frozen():
        raise SendingFrozen("payouts are frozen")
    if obstacle := find_obstacle(payout):
        raise Obstructed(obstacle[0])
    return provider.pay_out(
        NewPayout(
            reference=str(payout.id),
            amount=Money(payout.amount_minor, payout.currency),
            destination=open_destination(payout.bank_account),
        )
    )


def _was_perhaps_sent(payout: Payout) -> bool:
    # A claim before this one may have sent it and died before it could say so.
    return payout.status == PayoutStatus.UNKNOWN or payout.checks > 1


def _refused(provider: PaymentProvider, payout: Payout, error: ProviderError) -> None:
    """Definite for the first sending. The refusal of a repetition says nothing about the sending
    before it ("this reference is in use"), whose payout the provider may show a moment late: then
    it is asked once more, and only a provider that still knows none has refused."""
    try:
        if _was_perhaps_sent(payout):
            with asking():
                found = provider.find_payout(str(payout.id))
            if found is not None:
                learn_payout(provider=provider, payout_id=payout.id, observed=found)
                return
    except ProviderError as unanswered:
        record_payout_unknown(payout_id=payout.id, error=str(unanswered))
        return
    record_payout_refused(payout_id=payout.id, code=error.code)
