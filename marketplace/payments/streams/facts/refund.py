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
    from_seller_minor: int = 0


@fact
class RefundTakenFromSeller(RefundFact):
    """The part of a refund that had been released, and who bears it."""

    refund_id: UUID
    wallet_id: UUID
    """The seller's."""
    wallet_minor: int
    receivable_minor: int
    commission_minor: int
    tax_minor: int
    currency: str
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
    amount_minor: int | None = None
    """None in facts from before there were partial refunds: the whole capture."""


@fact
class RefundFailed(RefundFact):
    """``after_success``: the provider took its success back. ``to_chargeback_minor``: what does not
    go into the wallet, because a chargeback of the same money has given it to the buyer."""

    refund_id: UUID
    source: str
    code: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
    after_success: bool = False
    to_chargeback_minor: int = 0


@fact
class RefundContradicted(RefundFact):
    """It succeeded after it had failed and the wallet had been credited: booked as a shortage.

    ``is_over``: it failed once more, and what was short came back.
    """

    refund_id: UUID
    review_id: UUID
    journal_id: UUID
    is_over: bool = False
    code: str = ""
