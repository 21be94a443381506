from uuid import UUID, uuid5

from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import Chargeback, Payment, PaymentReview, ReviewKind
from marketplace.payments.providers.protocol import ChargebackOutcome
from marketplace.payments.repositories.chargebacks import append_to_chargeback
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.streams import facts


@needs_transaction
def book_contradicted_chargeback(
    payment: Payment, chargeback: Chargeback, *, outcome: ChargebackOutcome
) -> str:
    """The provider changed its word: the money that moved stands against suspense until a person
    has looked. What the end has done to escrow and seller is not undone by itself, because they
    may have moved on. Each change of word is booked once.
    """
    amount = Money(chargeback.amount_minor, chargeback.currency)
    subject_id = _turn(chargeback, chargeback.contradictions + 1)
    is_back = outcome is ChargebackOutcome.WON
    post = postings.post_unmatched_receipt if is_back else postings.post_shortage
    journal_id = post(
        subject_id=subject_id,
        reference_id=payment.order_id,
        provider=chargeback.provider,
        amount=amount,
    )
    review_id = new_id()
    contradicted = facts.ChargebackContradicted(
        chargeback_id=chargeback.id,
        outcome=str(outcome),
        review_id=review_id,
        journal_id=journal_id,
    )
    append_to_chargeback(payment, chargeback, contradicted)
    note = (
        "The provider gave it back after it was lost."
        if is_back
        else "The provider took it again after it was won."
    )
    _review(
        payment,
        chargeback,
        subject_id=subject_id,
        note=note,
        review_id=review_id,
        in_suspense=is_back,
    )
    return "contradicted"


@needs_transaction
def review_reopened_chargeback(payment: Payment, chargeback: Chargeback) -> str:
    """Open once more after its end: nothing is booked on a guess, and a person looks, once."""
    subject_id = uuid5(chargeback.id, "reopened")
    if PaymentReview.objects.filter(
        kind=ReviewKind.CHARGEBACK_CONTRADICTION, subject_id=subject_id
    ).exists():
        return "nothing new"
    note = f"The provider says that it is open again. It is booked as {chargeback.status}."
    _review(payment, chargeback, subject_id=subject_id, note=note, review_id=new_id())
    return "reopened"


def _turn(chargeback: Chargeback, number: int) -> UUID:
    return uuid5(chargeback.id, str(number))


def _review(
    payment: Payment,
    chargeback: Chargeback,
    *,
    subject_id: UUID,
    note: str,
    review_id: UUID,
    in_suspense: bool = False,
) -> None:
    open_review(
        review_id=review_id,
        kind=ReviewKind.CHARGEBACK_CONTRADICTION,
        subject_id=subject_id,
        provider=chargeback.provider,
        provider_object_id=chargeback.provider_chargeback_id,
        amount=Money(chargeback.amount_minor, chargeback.currency),
        in_suspense=in_suspense,
        note=note,
        payment_id=payment.id,
        order_id=payment.order_id,
    )
