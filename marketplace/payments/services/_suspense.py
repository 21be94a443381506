"""Captures that cannot be the payment's they are for: booked, and shown to a person."""

from marketplace.core.actor import Actor
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import (
    ASSIGNED,
    LedgerJournal,
    Payment,
    PaymentAttempt,
    PaymentReview,
    ReviewKind,
)
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.unmatched_chargebacks import subject_of_receipt
from marketplace.payments.snapshots import HoldOutcome
from marketplace.payments.streams import facts

NOTES = {
    ReviewKind.LATE_CAPTURE: "Paid after the order had ended. It is being refunded by itself.",
    ReviewKind.DOUBLED_CAPTURE: "The buyer paid a second time for the same order.",
    ReviewKind.WRONG_AMOUNT: "The provider collected another amount than was asked.",
    ReviewKind.WRONG_CURRENCY: "The provider collected another currency than was asked.",
}


def put_in_suspense(
    payment: Payment, attempt: PaymentAttempt, captured: Money, kind: ReviewKind
) -> HoldOutcome:
    if PaymentReview.objects.filter(subject_id=attempt.id, in_suspense=True).exists():
        return HoldOutcome.ALREADY_IN_REVIEW  # the event came twice; it is booked
    receipt = unmatched_receipt(attempt)
    # What an operator had assigned, before somebody else's capture came first, is in suspense yet.
    journal_id = (
        receipt.id
        if receipt
        else postings.post_unmatched_receipt(
            subject_id=attempt.id,
            reference_id=payment.order_id,
            provider=attempt.provider,
            amount=captured,
        )
    )
    review_id = new_id()
    in_suspense = facts.CapturePutInSuspense(
        attempt_id=attempt.id,
        review_id=review_id,
        kind=kind,
        amount_minor=captured.amount_minor,
        currency=captured.currency,
        journal_id=journal_id,
    )
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[in_suspense],
        actor=Actor.provider(attempt.provider),
        attempts=[attempt],
    )
    open_review(
        review_id=review_id,
        kind=kind,
        subject_id=attempt.id,
        provider=attempt.provider,
        provider_object_id=attempt.provider_payment_id or "",
        amount=captured,
        in_suspense=True,
        note=NOTES[kind],
        payment_id=payment.id,
        order_id=payment.order_id,
    )
    return HoldOutcome.IN_REVIEW


def unmatched_receipt(attempt: PaymentAttempt) -> LedgerJournal | None:
    """The journal that put an assigned attempt's money into suspense; None for any other."""
    if attempt.method != ASSIGNED:
        return None
    subject_id = subject_of_receipt(attempt.provider, attempt.provider_payment_id or "")
    return LedgerJournal.objects.get(business_key=f"unmatched:{subject_id}")
