"""What a review is about, in words: where its money stands, and what it hangs together with."""

from collections.abc import Iterator, Sequence

from django.utils.safestring import SafeString

from marketplace.core.admin import short_id
from marketplace.core.money import Money
from marketplace.payments.admin.display import link
from marketplace.payments.models import PaymentReview, ReviewKind, ReviewStatus
from marketplace.payments.repositories.unmatched_chargebacks import (
    is_returned,
    list_claims,
    subject_of_receipt,
)


def standing(review: PaymentReview) -> str:
    """Where the money of this review is now."""
    if review.kind == ReviewKind.UNMATCHED_CHARGEBACK:
        if is_returned(review.subject_id):
            return "Won: the provider gave it back."
        return "Taken by the payer's bank, out of suspense."
    if not review.in_suspense:
        return "Not in suspense."
    if review.status != ReviewStatus.OPEN:
        return "Was in suspense."
    return f"In suspense. {bank_has(review)}".strip()


def bank_has(review: PaymentReview) -> str:
    """How much of it the payer's bank took; nothing where it took nothing."""
    came = Money(review.amount_minor, review.currency)
    taken = Money.zero(review.currency)
    for claim in _claims(review):
        if claim.currency == review.currency and not is_returned(claim.subject_id):
            taken += Money(claim.amount_minor, claim.currency)
    if not taken.is_positive:
        return ""
    left = max(came - taken, Money.zero(review.currency))
    said = f"The payer's bank took {taken} of it back, {left} are left"
    if review.kind == ReviewKind.UNMATCHED_CAPTURE or not left.is_positive:
        return f"{said}: it can only be closed, unless the chargeback is won."
    if review.payment_id is None:
        return f"{said}: credit gives them to the user."
    return f"{said}, to be refunded once the review of the lost chargeback is closed."


def links(review: PaymentReview) -> Iterator[SafeString]:
    """The order, the payment, and the receipt of a chargeback or the chargebacks of a receipt."""
    if review.order_id is not None:
        yield link("orders_order_change", review.order_id, f"Order …{short_id(review.order_id)}")
    if review.payment_id is not None:
        yield link("payments_payment_change", review.payment_id, "Payment")
    for other in (*_claims(review), *_receipts(review)):
        yield link("payments_paymentreview_change", other.id, str(other))


def _claims(review: PaymentReview) -> Sequence[PaymentReview]:
    if review.kind == ReviewKind.UNMATCHED_CHARGEBACK or not review.in_suspense:
        return []
    return list_claims(review.provider, review.provider_object_id)


def _receipts(review: PaymentReview) -> Sequence[PaymentReview]:
    if review.kind != ReviewKind.UNMATCHED_CHARGEBACK:
        return []
    subject_id = subject_of_receipt(review.provider, review.provider_payment_id)
    found = PaymentReview.objects.filter(kind=ReviewKind.UNMATCHED_CAPTURE, subject_id=subject_id)
    return list(found)
