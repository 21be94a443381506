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
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    ProviderChargeback,
    ProviderUnknown,
)
from marketplace.payments.repositories.captures_in_suspense import (
    left_without_review,
)
from marketplace.payments.repositories.reviews import open_review, review_amount_of
from marketplace.payments.repositories.top_ups import lock_top_up_of_provider
from marketplace.payments.repositories.unmatched_chargebacks import (
    find_unmatched_chargeback,
    is_returned,
    lock_provider_payment,
    subject_of_chargeback,
)
from marketplace.payments.services.charge_back_top_up import (
    charge_back_top_up,
    give_back_top_up,
)


@needs_transaction
def book_chargeback_of_nobody(*, provider: str, observed: ProviderChargeback) -> str:
    """Of a payment that no attempt of ours is, unless a person makes it one at this moment."""
    lock_provider_payment(provider, observed.provider_payment_id)
    if PaymentAttempt.objects.filter(
        provider=provider, provider_payment_id=observed.provider_payment_id
    ).exists():
        # Its payment's lock comes before the one just taken: from the start, then.
        raise ProviderUnknown("its payment was learned this moment", code="too_early")
    return book_unmatched_chargeback(provider=provider, observed=observed)


@needs_transaction
def book_unmatched_chargeback(
    *, provider: str, observed: ProviderChargeback, payment: Payment | None = None
) -> str:
    """Money taken back for a payment that is in no escrow of ours: suspense, and a person.

    Once per object of the provider; what it gives back when it is won leaves nothing in suspense.
    ``payment`` is the one it names, when its capture itself stands in suspense. For a top-up its
    user bears it, at once. When its amount changes, nothing more is booked and a person looks.
    Raises :class:`ProviderUnknown` when it is here before that capture.
    """
    subject_id = subject_of_chargeback(provider, observed.id)
    review = find_unmatched_chargeback(provider, observed.id)
    said = "nothing new"
    if review is None:
        reference_id = payment.order_id if payment else subject_id
        postings.post_unmatched_chargeback(
            subject_id=subject_id,
            reference_id=reference_id,
            provider=provider,
            amount=observed.amount,
            fee=observed.fee,
        )
        top_up = charge_back_top_up(
            subject_id, provider, observed.provider_payment_id, amount=observed.amount
        )
        open_review(
            kind=ReviewKind.UNMATCHED_CHARGEBACK,
            subject_id=subject_id,
            provider=provider,
            provider_object_id=observed.id,
            provider_payment_id=observed.provider_payment_id,
            amount=observed.amount,
            in_suspense=False,
            note=_note(observed, top_up),
            payment_id=payment.id if payment else None,
            order_id=payment.order_id if payment else None,
        )
        said = "put into suspense"
    elif observed.amount != (booked := Money(review.amount_minor, review.currency)):
        return review_amount_of(
            subject_id,
            observed,
            provider=provider,
            asked=booked,
            payment_id=review.payment_id,
            order_id=review.order_id,
        )
    else:
        reference_id = review.order_id or subject_id
    if observed.outcome is ChargebackOutcome.WON and not is_returned(subject_id):
        # Whoever credits the top-up takes what the bank has out of it again, under its lock: that
        # is seen here, or what is returned here is seen there.
        lock_top_up_of_provider(provider, observed.provider_payment_id)
        postings.post_unmatched_chargeback_returned(
            subject_id=subject_id,
            reference_id=reference_id,
            provider=provider,
            amount=observed.amount,
        )
        _tell_whose_it_is(payment, subject_id, provider=provider, observed=observed)
        said = "returned from suspense"
    return said


def _tell_whose_it_is(
    payment: Payment | None, subject_id: UUID, *, provider: str, observed: ProviderChargeback
) -> None:
    top_up_id = _charged_top_up(subject_id)
    if top_up_id is not None:
        give_back_top_up(chargeback_id=subject_id, provider=provider, top_up_id=top_up_id)
    _review_what_came_back(payment, subject_id, provider=provider, observed=observed)


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


def _note(observed: ProviderChargeback, top_up: TopUp | None) -> str:
    taken_for = f"The provider took it for its payment {observed.provider_payment_id!r}, "
    if top_up is None:
        return f"{taken_for}which is in no escrow of ours."
    return f"{taken_for}a top-up: it was taken from the user's wallet, and the rest is owed."


def _charged_top_up(subject_id: UUID) -> UUID | None:
    journals = LedgerJournal.objects.filter(business_key=f"top-up-charged-back:{subject_id}")
    return journals.values_list("reference_id", flat=True).first()
