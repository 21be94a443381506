"""How money is collected through a provider: the same for an order's attempt and for a top-up."""

from abc import ABC, abstractmethod
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.payments.appointments import POLL_SECONDS, look_again, no_more
from marketplace.payments.models import (
    OPEN_ATTEMPT_STATUSES,
    AttemptStatus,
    PaymentAttempt,
    TopUp,
)
from marketplace.payments.providers.protocol import (
    PaymentOutcome,
    ProviderPayment,
)
from marketplace.payments.repositories.instruments import keep_instrument
from marketplace.payments.services.book_provider_fee import book_observed_fee
from marketplace.payments.streams import facts

NOTHING_NEW = "nothing new"


class Collection(ABC):
    """One locked try to collect money; its id is the reference and the key the provider sees."""

    row: PaymentAttempt | TopUp
    user_id: UUID
    """Who pays."""
    payment_id: UUID | None = None
    """The order's payment, beside whose journals the provider's fee stands."""

    @abstractmethod
    def append(self, fact: facts.Fact) -> None:
        """Record the fact in the stream that the row belongs to."""

    @abstractmethod
    def captured(self, confirmed: facts.CaptureConfirmed) -> None:
        """What follows from the money, once, in this transaction."""

    @abstractmethod
    def declined(self, declined: facts.AttemptDeclined) -> None:
        """Publish that nothing comes of it."""


@needs_transaction
def observe(collection: Collection, observed: ProviderPayment) -> str:
    """Bring it up to what the provider says now; returns what changed, in a few words.

    States only move forward. A capture counts whatever we believed before, also after a decline,
    because it is money; nothing takes a capture back. What is known already changes nothing.
    """
    status = collection.row.status
    if observed.outcome is PaymentOutcome.CAPTURED:
        book_observed_fee(collection.row.provider, observed, payment_id=collection.payment_id)
    match observed.outcome:
        case PaymentOutcome.CAPTURED if status != AttemptStatus.CAPTURED:
            return _captured(collection, observed)
        case PaymentOutcome.DECLINED if status in OPEN_ATTEMPT_STATUSES:
            return _declined(collection, observed.id, observed.failure_code or "declined")
        case PaymentOutcome.OPEN | PaymentOutcome.APPROVED if status in OPEN_ATTEMPT_STATUSES:
            return _waiting(collection, observed)
    return NOTHING_NEW


@needs_transaction
def refuse(collection: Collection, code: str) -> str:
    """The provider refused the request itself: definite, and nothing was collected."""
    if collection.row.status not in (AttemptStatus.STARTED, AttemptStatus.UNKNOWN):
        return NOTHING_NEW
    return _declined(collection, None, code or "refused")


@needs_transaction
def leave_unknown(collection: Collection, error: str) -> None:
    """No answer: the repair job will ask."""
    row = collection.row
    if row.status == AttemptStatus.STARTED:
        collection.append(facts.AttemptOutcomeUnknown(attempt_id=row.id))
    if row.status == AttemptStatus.UNKNOWN:
        look_again(row, error=error)


def _captured(collection: Collection, observed: ProviderPayment) -> str:
    confirmed = facts.CaptureConfirmed(
        attempt_id=collection.row.id,
        provider_payment_id=observed.id,
        amount_minor=observed.amount.amount_minor,
        currency=observed.amount.currency,
        details=dict(observed.details),
    )
    collection.append(confirmed)
    no_more(collection.row)
    collection.captured(confirmed)
    # Beside the books: it is personal, and no fact of a stream that stays. Last, after their locks.
    keep_instrument(
        user_id=collection.user_id, provider=collection.row.provider, name=observed.instrument
    )
    return "captured"


def _declined(collection: Collection, provider_payment_id: str | None, code: str) -> str:
    declined = facts.AttemptDeclined(
        attempt_id=collection.row.id, provider_payment_id=provider_payment_id, code=code[:100]
    )
    collection.append(declined)
    no_more(collection.row)
    collection.declined(declined)
    return "declined"


def _waiting(collection: Collection, observed: ProviderPayment) -> str:
    row = collection.row
    is_news = row.status != AttemptStatus.REDIRECTED
    if is_news:
        redirected = facts.AttemptRedirected(
            attempt_id=row.id,
            provider_payment_id=observed.id,
            redirect_url=observed.redirect_url,
        )
        collection.append(redirected)
        row.checks = 0
    # The webhook should tell; where it is lost, the repair job asks.
    look_again(row, first_seconds=POLL_SECONDS)
    return "waits for the buyer" if is_news else NOTHING_NEW
