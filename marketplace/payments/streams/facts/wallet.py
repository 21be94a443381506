"""What can happen to money that is in a user's wallet."""

from uuid import UUID

from marketplace.payments.streams.facts.base import AttemptFact, Fact, fact


@fact
class PaidFromWallet(AttemptFact):
    """An attempt that begins and ends at once: the buyer's wallet paid, and the escrow has it."""

    attempt_id: UUID
    client_key: str
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


# A top-up's stream goes on with the facts of an attempt, whose id is the top-up's.


@fact
class TopUpRequested(Fact):
    """The intent: committed before the provider hears of it."""

    user_id: UUID
    wallet_id: UUID
    amount_minor: int
    currency: str
    provider: str
    method: str
    client_key: str
    return_url: str


@fact
class TopUpCredited(Fact):
    """The wallet has it; ``from_suspense``: an operator said so, of another amount than asked."""

    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
    from_suspense: bool = False


@fact
class TopUpChargedBack(Fact):
    """The payer's bank took it: from the wallet as far as it reached, the rest is owed."""

    chargeback_id: UUID
    """Stands for the provider's object: see ``subject_of_chargeback``."""
    amount_minor: int
    wallet_minor: int
    receivable_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@fact
class TopUpGivenBack(Fact):
    """That chargeback was won: what is still owed for it is forgiven, the rest is in the wallet."""

    chargeback_id: UUID
    amount_minor: int
    wallet_minor: int
    receivable_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


# An exchange's stream: both legs, each a line of its wallet's statement.


@fact
class CurrencySold(Fact):
    user_id: UUID
    amount_minor: int
    currency: str
    wallet_id: UUID
    bought_minor: int
    bought_currency: str
    rate: str
    reason: str
    journal_id: UUID


@fact
class CurrencyBought(Fact):
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID


@fact
class CurrencySaleReversed(Fact):
    amount_minor: int
    currency: str
    wallet_id: UUID
    reason: str
    journal_id: UUID


@fact
class CurrencyPurchaseReversed(Fact):
    amount_minor: int
    currency: str
    wallet_id: UUID
    journal_id: UUID
