"""What can happen to money that is in a user's wallet."""

from uuid import UUID

from marketplace.payments.streams.facts.base import AttemptFact, fact


@fact
class PaidFromWallet(AttemptFact):
    """An attempt that begins and ends at once: the buyer's wallet paid, and the escrow has it."""

    attempt_id: UUID
    client_key: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
