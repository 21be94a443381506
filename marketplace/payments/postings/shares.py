"""Who bears what the seller had been paid and the buyer gets back."""

from dataclasses import dataclass

from marketplace.core.money import Money


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
