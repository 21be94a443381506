"""What can happen to a refund of a payment."""

from uuid import UUID

from marketplace.payments.streams.facts.base import RefundFact, fact


@fact
class RefundRequested(RefundFact):
    refund_id: UUID
    attempt_id: UUID
    provider: str
    provider_payment_id: str
    source: str
    amount_minor: int
    currency: str
    reason: str
    wallet_id: UUID
    journal_id: UUID


@fact
class RefundOutcomeUnknown(RefundFact):
    refund_id: UUID


@fact
class RefundSubmitted(RefundFact):
    refund_id: UUID
    provider_refund_id: str


@fact
class RefundSucceeded(RefundFact):
    refund_id: UUID
    provider_refund_id: str
    source: str
    journal_id: UUID


@fact
class RefundFailed(RefundFact):
    """``after_success``: the provider took its success back."""

    refund_id: UUID
    source: str
    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
    after_success: bool = False


@fact
class RefundContradicted(RefundFact):
    """It succeeded after it had failed and the wallet had been credited: booked as a shortage."""

    refund_id: UUID
    review_id: UUID
    journal_id: UUID
