"""A chargeback of money in no escrow was won: what it took is back, or so the provider had said."""

from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.payments import postings
from marketplace.payments.models import (
    LedgerJournal,
    Payment,
    PaymentAttempt,
    PaymentReview,
    ReviewKind,
)
from marketplace.payments.providers.protocol import ProviderChargeback
from marketplace.payments.repositories.captures_in_suspense import left_without_review
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.top_ups import lock_top_up_of_provider
from marketplace.payments.repositories.unmatched_chargebacks import subject_of_lost_again
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
    _review_what_came_back(payment, subject_id, provider=provider, observed=observed)


@needs_transaction
def review_lost_again(
    payment: Payment | None, subject_id: UUID, *, provider: str, observed: ProviderChargeback
) -> str:
    """Lost after it was won: nothing is booked on a guess, and a person looks, once."""
    again = subject_of_lost_again(subject_id)
    if PaymentReview.objects.filter(subject_id=again).exists():
        return "nothing new"
    open_review(
        kind=ReviewKind.CHARGEBACK_CONTRADICTION,
        subject_id=again,
        provider=provider,
        provider_object_id=observed.id,
        amount=observed.amount,
        in_suspense=False,
        note=(
            f"The provider says that it is lost, of its payment {observed.provider_payment_id!r}. "
            "It is booked as won: give nothing of it away before its report says who has it."
        ),
        payment_id=payment.id if payment else None,
        order_id=payment.order_id if payment else None,
    )
    return "lost again"


def _review_what_came_back(
    payment: Payment | None, subject_id: UUID, *, provider: str, observed: ProviderChargeback
) -> None:
    """Won after the rest had been refunded or its review was closed: a person looks again."""
    attempt = PaymentAttempt.objects.filter(
        provider=provider, provider_payment_id=observed.provider_payment_id
    ).first()
    if payment is None or attempt is None or attempt.captured_currency != observed.amount.currency:
        return
    left = min(left_without_review(attempt), observed.amount)
    if left.is_positive:
        open_review(
            kind=ReviewKind.CHARGEBACK_CONTRADICTION,
            subject_id=subject_id,
            provider=provider,
            provider_object_id=observed.id,
            amount=left,
            in_suspense=True,
            note="It was won after its review had been closed: what came back is in suspense.",
            payment_id=payment.id,
            order_id=payment.order_id,
        )


def _charged_top_up(subject_id: UUID) -> UUID | None:
    journals = LedgerJournal.objects.filter(business_key=f"top-up-charged-back:{subject_id}")
    return journals.values_list("reference_id", flat=True).first()
