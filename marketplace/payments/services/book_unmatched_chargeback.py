from uuid import NAMESPACE_URL, UUID, uuid5

from marketplace.core.db import needs_transaction
from marketplace.payments import postings
from marketplace.payments.models import LedgerJournal, Payment, PaymentReview, ReviewKind
from marketplace.payments.providers.protocol import ChargebackOutcome, ProviderChargeback
from marketplace.payments.repositories.reviews import open_review


@needs_transaction
def book_unmatched_chargeback(
    *, provider: str, observed: ProviderChargeback, payment: Payment | None = None
) -> str:
    """Money taken back for a payment that is in no escrow of ours: suspense, and a person.

    Once per object of the provider; what it gives back when it is won leaves nothing in suspense.
    ``payment`` is the one it names, when its capture itself stands in suspense.
    """
    subject_id = uuid5(NAMESPACE_URL, f"{provider}:chargeback:{observed.id}")
    reference_id = payment.order_id if payment else subject_id
    said = "nothing new"
    if not PaymentReview.objects.filter(
        kind=ReviewKind.UNMATCHED_CHARGEBACK, subject_id=subject_id
    ).exists():
        postings.post_unmatched_chargeback(
            subject_id=subject_id,
            reference_id=reference_id,
            provider=provider,
            amount=observed.amount,
            fee=observed.fee,
        )
        open_review(
            kind=ReviewKind.UNMATCHED_CHARGEBACK,
            subject_id=subject_id,
            provider=provider,
            provider_object_id=observed.id,
            amount=observed.amount,
            in_suspense=False,
            note=(
                f"The provider took it for its payment {observed.provider_payment_id!r}, "
                "which is in no escrow of ours."
            ),
            payment_id=payment.id if payment else None,
            order_id=payment.order_id if payment else None,
        )
        said = "put into suspense"
    if observed.outcome is ChargebackOutcome.WON and not _is_returned(subject_id):
        postings.post_unmatched_chargeback_returned(
            subject_id=subject_id,
            reference_id=reference_id,
            provider=provider,
            amount=observed.amount,
        )
        said = "returned from suspense"
    return said


def _is_returned(subject_id: UUID) -> bool:
    return LedgerJournal.objects.filter(
        business_key=f"unmatched-chargeback-returned:{subject_id}"
    ).exists()
