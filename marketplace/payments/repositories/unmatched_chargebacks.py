"""Chargebacks of money that is in no escrow of ours, by the provider's payment that they took."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.errors import MoneyChargedBack
from marketplace.payments.ledger.posting import lock_key
from marketplace.payments.models import (
    LedgerJournal,
    PaymentAttempt,
    PaymentReview,
    ReviewKind,
    ReviewStatus,
    TopUp,
)

RETURNED = "unmatched-chargeback-returned:{}"


def find_unmatched_chargeback(provider: str, chargeback_id: str) -> PaymentReview | None:
    """The review of the provider's chargeback, if it was booked against suspense."""
    return PaymentReview.objects.filter(
        kind=ReviewKind.UNMATCHED_CHARGEBACK,
        subject_id=subject_of_chargeback(provider, chargeback_id),
    ).first()


def subject_of_receipt(provider: str, object_id: str) -> UUID:
    """What stands for an object of the provider's that no intent of ours stands behind."""
    return uuid5(NAMESPACE_URL, f"{provider}:{object_id}")


def subject_of_chargeback(provider: str, chargeback_id: str) -> UUID:
    """What stands for a chargeback that has no row: its suspense postings are keyed by it."""
    return uuid5(NAMESPACE_URL, f"{provider}:chargeback:{chargeback_id}")


def subject_of_word(subject_id: UUID, number: int) -> UUID:
    """What the review of each change of the provider's word is about, after it was won: lost
    again, won again, and so on."""
    return uuid5(subject_id, "lost again" if number == 1 else f"word {number}")


def list_words(subject_id: UUID) -> list[PaymentReview]:
    """The reviews of those changes, in their order: every second one says that it is lost."""
    words: list[PaymentReview] = []
    while word := PaymentReview.objects.filter(
        kind=ReviewKind.CHARGEBACK_CONTRADICTION,
        subject_id=subject_of_word(subject_id, len(words) + 1),
    ).first():
        words.append(word)
    return words


@needs_transaction
def lock_provider_payment(provider: str, provider_payment_id: str) -> None:
    """Whether a payment that we never asked for is assigned or charged back: one at a time.

    Until the commit; taken after payment rows and before review rows. Nothing of ours stands for
    it that both could lock.
    """
    lock_key(f"provider-payment:{provider}:{provider_payment_id}")


def is_returned(subject_id: UUID) -> bool:
    return LedgerJournal.objects.filter(business_key=RETURNED.format(subject_id)).exists()


def is_known_payment(provider: str, provider_payment_id: str) -> bool:
    """Whether our books have heard of the provider's payment, as anything at all."""
    named = {"provider": provider, "provider_payment_id": provider_payment_id}
    return (
        PaymentAttempt.objects.filter(**named).exists()
        or TopUp.objects.filter(**named).exists()
        or PaymentReview.objects.filter(**named).exists()
    )


@needs_transaction
def taken_back(provider: str, provider_payment_id: str, currency: str) -> Money:
    """How much of this payment its payer's bank has, from suspense and not given back."""
    total = Money.zero(currency)
    for claim in unreturned_claims(provider, provider_payment_id):
        if claim.currency == currency:
            total += Money(claim.amount_minor, currency)
    return total


@needs_transaction
def refuse_if_taken_back(provider: str, provider_payment_id: str) -> None:
    """Nobody gets out of suspense what the payer's bank has.

    Raises :class:`MoneyChargedBack` while a chargeback of the payment was not given back.
    """
    for claim in unreturned_claims(provider, provider_payment_id):
        raise MoneyChargedBack(f"Chargeback {claim.provider_object_id} took it.")


@needs_transaction
def refuse_while_contradicted(provider: str, provider_payment_id: str) -> None:
    """Said to be lost after it was won: whether we have it, a person finds out first.

    Raises :class:`MoneyChargedBack` until the review of it is resolved.
    """
    lost = [
        word
        for claim in list_claims(provider, provider_payment_id)
        for word in list_words(claim.subject_id)[::2]
    ]
    doubted = next((word for word in lost if word.status == ReviewStatus.OPEN), None)
    if doubted is not None:
        raise MoneyChargedBack(
            f"Chargeback {doubted.provider_object_id} was won and is now said to be lost. Find out "
            "who has the money and close the review of that first."
        )


def unreturned_claims(provider: str, provider_payment_id: str) -> list[PaymentReview]:
    """The chargebacks of this payment whose money its payer's bank has."""
    claims = list_claims(provider, provider_payment_id)
    return [claim for claim in claims if not is_returned(claim.subject_id)]


@needs_transaction
def refuse_if_nothing_is_left(came: Money, claims: Iterable[PaymentReview]) -> None:
    """Raises :class:`MoneyChargedBack` when the bank has all of it, or something in another
    currency."""
    left = came
    for claim in claims:
        if claim.currency == came.currency:
            left -= Money(claim.amount_minor, claim.currency)
        if claim.currency != came.currency or not left.is_positive:
            raise MoneyChargedBack(f"Chargeback {claim.provider_object_id} took it.")


@needs_transaction
def refuse_while_undecided(provider: str, provider_payment_id: str, currency: str) -> None:
    """A part that the bank took may be more or less tomorrow: a person says when it is lost, by
    closing the chargeback's review. What it took in another currency is no part of ``currency``.

    Raises :class:`MoneyChargedBack` unless it was given back.
    """
    for claim in unreturned_claims(provider, provider_payment_id):
        if claim.currency != currency:
            raise MoneyChargedBack(f"Chargeback {claim.provider_object_id} took {claim.currency}.")
        if claim.status == ReviewStatus.OPEN:
            raise MoneyChargedBack(
                f"Chargeback {claim.provider_object_id} took it or a part of it. Once it is lost, "
                "close its review: what is left can be refunded then."
            )


def list_claims(provider: str, provider_payment_id: str) -> list[PaymentReview]:
    """The chargebacks of this payment that were booked against suspense, won ones too."""
    if not provider_payment_id:
        return []
    return list(
        PaymentReview.objects.filter(
            kind=ReviewKind.UNMATCHED_CHARGEBACK,
            provider=provider,
            provider_payment_id=provider_payment_id,
        )
    )
