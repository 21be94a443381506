from uuid import UUID

import structlog

from marketplace.core.money import Money
from marketplace.payments.appointments import claim_due
from marketplace.payments.models import Refund, RefundStatus
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.protocol import (
    NewRefund,
    PaymentProvider,
    ProviderDeclined,
    ProviderError,
    ProviderRefund,
    ProviderRejected,
    asking,
)
from marketplace.payments.services.learn_refund import learn_refund
from marketplace.payments.services.record_refund_outcome import (
    record_refund_refused,
    record_refund_unknown,
)

log = structlog.get_logger(__name__)


def submit_refunds() -> int:
    """Send what was requested and ask about what is unknown or long open; returns how many.

    The refund's id is the key and the reference, so sending it twice is one refund; after an
    unknown outcome the provider is asked first all the same.
    """
    refund_ids = claim_due(Refund)
    for refund_id in refund_ids:
        _submit(refund_id)
    return len(refund_ids)


def _submit(refund_id: UUID) -> None:
    refund = Refund.objects.get(id=refund_id)
    provider, known_standing = get_provider(refund.provider), refund.standing
    try:
        learn_refund(
            provider=provider,
            refund_id=refund_id,
            observed=_ask(provider, refund),
            known_standing=known_standing,
        )
    except (ProviderDeclined, ProviderRejected) as error:
        record_refund_refused(refund_id=refund_id, code=error.code)
    except ProviderError as error:
        # Perhaps it was made: never taken for a failure, never sent again unasked.
        log.warning("refund_unknown", refund_id=str(refund_id), code=error.code)
        record_refund_unknown(refund_id=refund_id, error=str(error))


def _ask(provider: PaymentProvider, refund: Refund) -> ProviderRefund:
    if refund.provider_refund_id is not None:
        with asking():
            return provider.fetch_refund(refund.provider_refund_id)
    # A claim before this one may have sent it and died before it could say so.
    was_perhaps_sent = refund.status == RefundStatus.UNKNOWN or refund.checks > 1
    if was_perhaps_sent:
        with asking():
            found = provider.find_refund(str(refund.id))
        if found is not None:
            return found
    return provider.refund(
        NewRefund(
            reference=str(refund.id),
            provider_payment_id=refund.provider_payment_id,
            amount=Money(refund.amount_minor, refund.currency),
        )
    )
