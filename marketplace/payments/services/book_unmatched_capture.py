from uuid import UUID

from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import PaymentReview, ReviewKind
from marketplace.payments.providers.protocol import ProviderPayment
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.unmatched_chargebacks import subject_of_receipt
from marketplace.payments.services.book_provider_fee import book_observed_fee


@opens_transaction
def book_unmatched_capture(*, provider: str, observed: ProviderPayment) -> str:
    """Money at the provider under a reference that is not ours: into suspense, and to a person.

    Once per object of the provider. Returns what was done.
    """
    note = f"The provider collected money under the unknown reference {observed.reference!r}."
    booked = book_foreign_receipt(
        provider=provider, object_id=observed.id, amount=observed.amount, note=note
    )
    if booked is None:
        return "nothing new"
    book_observed_fee(provider, observed, payment_id=None)
    return "put into suspense"


@needs_transaction
def book_foreign_receipt(*, provider: str, object_id: str, amount: Money, note: str) -> UUID | None:
    """Clearing → suspense, with a review; returns the journal, or None when it was booked before.

    Once per object of the provider, whether a webhook or a line of the report told of it.
    """
    subject_id = subject_of_receipt(provider, object_id)
    if PaymentReview.objects.filter(
        kind=ReviewKind.UNMATCHED_CAPTURE, subject_id=subject_id
    ).exists():
        return None
    journal_id = postings.post_unmatched_receipt(
        subject_id=subject_id, reference_id=subject_id, provider=provider, amount=amount
    )
    open_review(
        kind=ReviewKind.UNMATCHED_CAPTURE,
        subject_id=subject_id,
        provider=provider,
        provider_object_id=object_id,
        amount=amount,
        in_suspense=True,
        note=note,
    )
    return journal_id
