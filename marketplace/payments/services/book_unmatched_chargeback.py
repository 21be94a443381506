from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.models import Payment, PaymentAttempt, ReviewKind, TopUp
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    ProviderChargeback,
    ProviderUnknown,
)
from marketplace.payments.repositories.reviews import open_review, review_amount_of
from marketplace.payments.repositories.unmatched_chargebacks import (
    find_unmatched_chargeback,
    is_returned,
    lock_provider_payment,
    subject_of_chargeback,
)
from marketplace.payments.services._won_from_suspense import (
    return_unmatched_chargeback,
    review_other_word,
)
from marketplace.payments.services.charge_back_top_up import charge_back_top_up


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
    user bears it, at once. When its amount changes, or it is lost after it was won (and won again,
    however often), nothing more is booked and a person looks.
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
    if observed.outcome is ChargebackOutcome.OPEN:
        return said
    if is_returned(subject_id):
        return review_other_word(payment, subject_id, provider=provider, observed=observed)
    if observed.outcome is ChargebackOutcome.WON:
        return_unmatched_chargeback(
            payment, subject_id, reference_id, provider=provider, observed=observed
        )
        said = "returned from suspense"
    return said


def _note(observed: ProviderChargeback, top_up: TopUp | None) -> str:
    taken_for = f"The provider took it for its payment {observed.provider_payment_id!r}, "
    if top_up is None:
        return f"{taken_for}which is in no escrow of ours."
    return f"{taken_for}a top-up: it was taken from the user's wallet, and the rest is owed."
