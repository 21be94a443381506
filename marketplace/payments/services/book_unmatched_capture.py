from uuid import NAMESPACE_URL, uuid5

from marketplace.core.db import opens_transaction
from marketplace.payments import postings
from marketplace.payments.models import PaymentReview, ReviewKind
from marketplace.payments.providers.protocol import ProviderPayment
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.services.book_provider_fee import book_provider_fee


@opens_transaction
def book_unmatched_capture(*, provider: str, observed: ProviderPayment) -> str:
    """Money at the provider under a reference that is not ours: into suspense, and to a person.

    Once per object of the provider. Returns what was done.
    """
    subject_id = uuid5(NAMESPACE_URL, f"{provider}:{observed.id}")
    if PaymentReview.objects.filter(
        kind=ReviewKind.UNMATCHED_CAPTURE, subject_id=subject_id
    ).exists():
        return "nothing new"
    postings.post_unmatched_receipt(
        subject_id=subject_id, reference_id=subject_id, provider=provider, amount=observed.amount
    )
    if observed.fee is not None and observed.fee.is_positive:
        book_provider_fee(
            provider=provider,
            provider_payment_id=observed.id,
            payment_id=None,
            amount=observed.fee,
        )
    open_review(
        kind=ReviewKind.UNMATCHED_CAPTURE,
        subject_id=subject_id,
        provider=provider,
        provider_object_id=observed.id,
        amount=observed.amount,
        in_suspense=True,
        note=f"The provider collected money under the unknown reference {observed.reference!r}.",
    )
    return "put into suspense"
