from functools import partial
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from marketplace.core.db import needs_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import ProviderFeeDiffers
from marketplace.payments.ledger.posting import lock_key
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.providers.protocol import ProviderPayment
from marketplace.payments.repositories.journals import read_standing

log = structlog.get_logger(__name__)


@needs_transaction
def book_provider_fee(
    *,
    provider: str,
    provider_payment_id: str,
    payment_id: UUID | None,
    amount: Money,
    again: bool = False,
) -> bool:
    """Book what the provider kept of a payment, exactly once: psp_fee ← clearing.

    Called when a capture is recorded with its fee, and again whenever the fee becomes known later
    (another answer of the provider, a line of its report). Returns whether it was booked just now.
    Without ``payment_id`` the payment is found by the provider's id; money that fits no payment
    costs its fee all the same.

    Raises :class:`InvalidInput` for an amount that is not above zero, and
    :class:`ProviderFeeDiffers` when another amount stands in the books; then nothing changes.
    """
    if not amount.is_positive:
        raise InvalidInput("A fee is more than zero.")
    key_of = partial(postings.provider_fee_key, provider, provider_payment_id)
    # A report and a webhook may tell of one fee at the same moment, and know different things.
    lock_key(key_of(1))
    standing = read_standing(key_of)
    if standing.booked is not None:
        if standing.booked != amount:
            raise ProviderFeeDiffers(
                f"{standing.booked} was booked for {provider_payment_id}, not {amount}. Take that "
                "journal back first, if it is wrong."
            )
        return False
    if amount in standing.taken_back and not again:
        return False
    payment_id = payment_id or _find_payment(provider, provider_payment_id)
    return postings.post_provider_fee(
        provider=provider,
        provider_payment_id=provider_payment_id,
        reference_id=_reference(payment_id, f"{provider}:{provider_payment_id}"),
        amount=amount,
        metadata={"payment_id": str(payment_id)} if payment_id else {},
        number=standing.number,
    ).created


@needs_transaction
def book_observed_fee(provider: str, observed: ProviderPayment, *, payment_id: UUID | None) -> None:
    """What the provider says beside a capture, then or in a later answer, that it kept of it."""
    if observed.fee is None or not observed.fee.is_positive:
        return
    try:
        book_provider_fee(
            provider=provider,
            provider_payment_id=observed.id,
            payment_id=payment_id,
            amount=observed.fee,
        )
    except ProviderFeeDiffers as difference:
        # The capture counts all the same; reconciliation shows the difference as an open item.
        log.warning("provider_fee_differs", detail=difference.detail)


def _find_payment(provider: str, provider_payment_id: str) -> UUID | None:
    attempts = PaymentAttempt.objects.filter(
        provider=provider, provider_payment_id=provider_payment_id
    )
    return attempts.values_list("payment_id", flat=True).first()


def _reference(payment_id: UUID | None, name: str) -> UUID:
    """The order, so that the fee stands among its journals; else a name for the provider's id."""
    order_ids = Payment.objects.filter(id__in=[payment_id] if payment_id else [])
    return order_ids.values_list("order_id", flat=True).first() or uuid5(NAMESPACE_URL, name)
