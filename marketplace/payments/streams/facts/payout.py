"""What can happen to a payout."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.payments.streams.facts.base import Fact, fact


@fact
class PayoutRequested(Fact):
    user_id: UUID
    wallet_id: UUID
    bank_account_id: UUID
    amount_minor: int
    currency: str
    provider: str
    client_key: str
    journal_id: UUID
    requested_at: datetime | None = None
    """By the database's clock: limits count from here."""
    policy: dict[str, Any] | None = None
    """The terms that held (``PayoutTerms``)."""
    approvals_needed: int = 0
    reasons: tuple[str, ...] = ()
    """Why it waits for them (``PayoutReason``). Before there were several it was the amount."""


@fact
class PayoutOutcomeUnknown(Fact):
    pass


@fact
class PayoutSubmitted(Fact):
    provider_payout_id: str


@fact
class PayoutPaid(Fact):
    provider_payout_id: str
    journal_id: UUID


@fact
class PayoutFailed(Fact):
    """It never left; the wallet has it back."""

    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@fact
class PayoutReturned(Fact):
    """It came back, after it was paid or before we heard that it was."""

    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@fact
class PayoutContradicted(Fact):
    """It was paid after it had failed and the wallet had been credited: booked as a shortage."""

    review_id: UUID
    journal_id: UUID


@fact
class PayoutApproved(Fact):
    """One operator agrees; it is sent when as many different ones did as it needs."""

    operator_id: UUID
    note: str = ""


@fact
class PayoutSetAside(Fact):
    """It was about to be sent when there was a reason to look at it: so many operators approve it,
    whoever did before."""

    reasons: tuple[str, ...]
    approvals_needed: int


@fact
class PayoutRejected(Fact):
    """An operator refuses it before it was sent; ``PayoutFailed`` follows with the money."""

    operator_id: UUID
    reason: str


@fact
class PayoutCancelled(Fact):
    """Its owner takes it back before it was sent; ``PayoutFailed`` follows with the money."""
