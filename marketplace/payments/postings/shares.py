"""Who bears what somebody had been paid and has to give back."""

from collections.abc import Callable
from dataclasses import dataclass

from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import Account
from marketplace.payments.ledger.posting import Leg


@dataclass(frozen=True, slots=True)
class SellersShare:
    """What is taken back after a release: the seller's wallet as far as it reaches, then what the
    seller owes; with a refund the commission and tax of it come back too."""

    wallet: Money
    receivable: Money
    commission: Money
    tax: Money

    @property
    def total(self) -> Money:
        return self.wallet + self.receivable + self.commission + self.tax


def some(side: Callable[[Account, Money], Leg], account: Account, amount: Money) -> list[Leg]:
    """A zero leg is no leg."""
    return [side(account, amount)] if amount.is_positive else []
