"""What can happen to a payout."""

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
