"""What can happen to a chargeback of a payment."""

from datetime import datetime
from uuid import UUID

from marketplace.payments.streams.facts.base import ChargebackFact, fact


@fact
class ChargebackOpened(ChargebackFact):
    """The provider has taken amount and fee; the amount is split as the payment stood then."""

    chargeback_id: UUID
    attempt_id: UUID
    provider: str
    provider_chargeback_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    reason: str
    respond_by_at: datetime | None
    from_escrow_minor: int
    from_seller_minor: int
    uncovered_minor: int
    journal_id: UUID
    disputed_journal_id: UUID | None


@fact
class ChargebackCovered(ChargebackFact):
    """A refund of the same money failed: what it would have given back covers the chargeback."""

    chargeback_id: UUID
    refund_id: UUID
    amount_minor: int
    currency: str
    journal_id: UUID


@fact
class ChargebackWon(ChargebackFact):
    """``buyer_minor``: what had covered it is the buyer's again, whose refund had failed."""

    chargeback_id: UUID
    amount_minor: int
    from_escrow_minor: int
    from_seller_minor: int
    buyer_minor: int
    currency: str
    wallet_id: UUID
    """The buyer's."""
    journal_id: UUID


@fact
class ChargebackLost(ChargebackFact):
    chargeback_id: UUID
    amount_minor: int
    from_escrow_minor: int
    from_seller_minor: int
    wallet_minor: int
    receivable_minor: int
    loss_minor: int
    currency: str
    wallet_id: UUID
    """The seller's."""
    journal_id: UUID


@fact
class ChargebackContradicted(ChargebackFact):
    """The provider changed its word after the end: booked against suspense, for a person."""

    chargeback_id: UUID
    outcome: str
    review_id: UUID
    journal_id: UUID
