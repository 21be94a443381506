"""What can happen to a payment and its attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.payments.streams.facts.base import AttemptFact, Fact, fact


@fact
class PaymentCreated(Fact):
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    amount_minor: int
    currency: str
    commission_terms: dict[str, Any]


@fact
class AttemptStarted(AttemptFact):
    """The intent: committed before the provider hears of it."""

    attempt_id: UUID
    provider: str
    method: str
    client_key: str
    return_url: str


@fact
class AttemptOutcomeUnknown(AttemptFact):
    attempt_id: UUID


@fact
class AttemptRedirected(AttemptFact):
    attempt_id: UUID
    provider_payment_id: str
    redirect_url: str


@fact
class AttemptDeclined(AttemptFact):
    attempt_id: UUID
    provider_payment_id: str | None
    code: str


@fact
class CaptureConfirmed(AttemptFact):
    """The provider says that it has the money, and how much."""

    attempt_id: UUID
    provider_payment_id: str
    amount_minor: int
    currency: str
    details: dict[str, Any]


@fact
class FundsHeld(AttemptFact):
    attempt_id: UUID
    amount_minor: int
    currency: str
    wallet_id: UUID
    must_settle_before: datetime
    journal_id: UUID


@fact
class CapturePutInSuspense(AttemptFact):
    """Real money that is not this order's as it should be; an operator decides."""

    attempt_id: UUID
    review_id: UUID
    kind: str
    amount_minor: int
    currency: str
    journal_id: UUID


@fact
class ReceiptAssigned(AttemptFact):
    """An attempt that begins captured: money in suspense, which an operator found to be its."""

    attempt_id: UUID
    review_id: UUID
    provider: str
    provider_payment_id: str
    amount_minor: int
    currency: str
    reason: str


@fact
class EscrowReleased(Fact):
    """One slice of the escrow, or what was left of it. ``release_id`` is the slice's key; facts
    from before there were slices released the whole and have none."""

    gross_minor: int
    commission_minor: int
    net_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
    tax_minor: int = 0
    release_id: UUID | None = None


@fact
class ReceivableRepaid(Fact):
    """Of what has just come into the wallet, this settles what the seller owed."""

    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
    of_payout: bool = False
    """In a payout's stream, whose money came back; else in that of a payment, after a release."""


@fact
class PaymentVoided(Fact):
    """The order ended before it was paid."""
