"""A chargeback of money in no escrow was won: what it took is back, or so the provider had said."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import (
    LedgerJournal,
    Payment,
    PaymentAttempt,
    ReviewKind,
    TopUp,
)
from marketplace.payments.providers.protocol import ChargebackOutcome, ProviderChargeback
from marketplace.payments.repositories.captures_in_suspense import left_without_review
from marketplace.payments.repositories.reviews import (
    lock_review_of,
    open_review,
    reopen_review,
)
from marketplace.payments.repositories.top_ups import lock_top_up_of_provider
from marketplace.payments.repositories.unmatched_chargebacks import (
    list_words,
    subject_of_receipt,
    subject_of_word,
)
from marketplace.payments.services.charge_back_top_up import give_back_top_up


@needs_transaction
def return_unmatched_chargeback(
    payment: Payment | None,
    subject_id: UUID,
    reference_id: UUID,
    *,
    provider: str,
    observed: ProviderChargeback,
) -> None:
    """Suspense has it again, and from there whoever it had been taken from; once, by the caller."""
    # Whoever credits the top-up takes what the bank has out of it again, under its lock: that is
    # seen here, or what is returned here is seen there.
    lock_top_up_of_provider(provider, observed.provider_payment_id)
    postings.post_unmatched_chargeback_returned(
        subject_id=subject_id,
        reference_id=reference_id,
        provider=provider,
        amount=observed.amount,
    )
    top_up_id = _charged_top_up(subject_id)
    if top_up_id is not None:
        give_back_top_up(chargeback_id=subject_id, provider=provider, top_up_id=top_up_id)
    note = "It was won after its review had been closed: what came back is in suspense."
    _show_what_is_left(payment, subject_id, note, provider=provider, observed=observed)


@needs_transaction
def review_other_word(
    payment: Payment | None, subject_id: UUID, *, provider: str, observed: ProviderChargeback
) -> str:
    """Lost after it was won, or won after that: nothing is booked on a guess, and a person looks,
    once for each change of word. It is booked as won, and what of that is in suspense is shown."""
    lock_top_up_of_provider(provider, observed.provider_payment_id)
    words = list_words(subject_id)
    was_lost = len(words) % 2 == 1
    is_lost = observed.outcome is ChargebackOutcome.LOST
    if is_lost == was_lost:
        return "nothing new"
    word_id = subject_of_word(subject_id, len(words) + 1)
    if is_lost:
        note = (
            f"The provider says that it is lost, of its payment {observed.provider_payment_id!r}. "
            "It is booked as won: give nothing of it away before its report says who has it."
        )
        _review(payment, word_id, observed, observed.amount, note, provider=provider)
        return "lost again"
    note = "The provider says again that it is won, as it is booked."
    if not _show_what_is_left(payment, word_id, note, provider=provider, observed=observed):
        _review(payment, word_id, observed, observed.amount, note, provider=provider)
    return "won again"


def _show_what_is_left(
    payment: Payment | None,
    subject_id: UUID,
    note: str,
    *,
    provider: str,
    observed: ProviderChargeback,
) -> bool:
    """Won after the rest had been refunded or its review was closed: a person looks again.

    Returns whether a review of its own says so."""
    attempt = PaymentAttempt.objects.filter(
        provider=provider, provider_payment_id=observed.provider_payment_id
    ).first()
    if attempt is None:
        _reopen_stray(note, provider=provider, observed=observed)
        return False
    if payment is None or attempt.captured_currency != observed.amount.currency:
        return False
    left = min(left_without_review(attempt), observed.amount)
    if left.is_positive:
        _review(payment, subject_id, observed, left, note, provider=provider, in_suspense=True)
    return left.is_positive


def _reopen_stray(note: str, *, provider: str, observed: ProviderChargeback) -> None:
    """A stray receipt, or a top-up that was not credited, of which a person had closed the review:
    that is what its money can be given away by."""
    paid_as = observed.provider_payment_id
    top_ups = TopUp.objects.filter(provider=provider, provider_payment_id=paid_as)
    review = lock_review_of(
        [subject_of_receipt(provider, paid_as), *top_ups.values_list("id", flat=True)]
    )
    if review is None or review.currency != observed.amount.currency:
        return
    if review.resolution == "CLOSE":
        reopen_review(review, note=f"Chargeback {observed.id} of {observed.amount}: {note}")


def _review(
    payment: Payment | None,
    subject_id: UUID,
    observed: ProviderChargeback,
    amount: Money,
    note: str,
    *,
    provider: str,
    in_suspense: bool = False,
) -> None:
    open_review(
        kind=ReviewKind.CHARGEBACK_CONTRADICTION,
        subject_id=subject_id,
        provider=provider,
        provider_object_id=observed.id,
        provider_payment_id=observed.provider_payment_id,
        amount=amount,
        in_suspense=in_suspense,
        note=note,
        payment_id=payment.id if payment else None,
        order_id=payment.order_id if payment else None,
    )


def _charged_top_up(subject_id: UUID) -> UUID | None:
    journals = LedgerJournal.objects.filter(business_key=f"top-up-charged-back:{subject_id}")
    return journals.values_list("reference_id", flat=True).first()
