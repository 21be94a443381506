"""The platform's side of the story: what the ledger itself says, read straight from it."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.core.money import Money


@dataclass(frozen=True)
class Books:
    """Balances in one currency, in minor units, each as a person expects it (not signed)."""

    escrow: int
    wallet: int
    commission: int
    payouts_in_transit: int
    refunds_in_transit: int
    clearing: int

    def __sub__(self, other: "Books") -> "Books":
        return Books(**{name: getattr(self, name) - getattr(other, name) for name in vars(self)})
