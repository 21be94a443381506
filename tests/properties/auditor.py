"""An auditor that has never seen the ledger: the table of journals, in plain integers.

Written from the chart of accounts and the journals of the payments README alone. A debit is
positive. What it says after each command is what the database must say, account by account.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

CLEARING, SUSPENSE = "psp:sandbox:clearing", "suspense:sandbox"
COMMISSION, TAX = "revenue:commission", "tax:DE"
FEE, LOSS, BANK = "expense:psp_fee", "expense:chargeback_loss", "bank:main"


def wallet(user: object) -> str:
    return f"user:{user}:wallet"


def receivable(seller: object) -> str:
    return f"seller:{seller}:receivable"


def escrow(order: object) -> str:
    return f"order:{order}:escrow"


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


@dataclass
class Deal:
    """One captured payment, by what has become of its money."""

    order: object
    buyer: object
    seller: object
    captured: int
    commission: int
    tax: int
    is_by_wallet: bool
    released: int = 0
    back_from_escrow: int = 0
    back_from_seller: int = 0

    @property
    def held(self) -> int:
        return self.captured - self.released - self.back_from_escrow

    @property
    def refundable(self) -> int:
        return self.captured - self.back_from_escrow - self.back_from_seller

    @property
    def sold(self) -> int:
        return self.released - self.back_from_seller

    def kept(self, sold: int) -> tuple[int, int]:
        """Commission and tax on the first ``sold`` of the capture."""
        whole = self.commission + self.tax
        both = half_up(Fraction(whole * sold, self.captured))
        tax = half_up(Fraction(self.tax * both, whole)) if whole else 0
        return both - tax, tax


@dataclass
class Auditor:
    books: Counter[str] = field(default_factory=Counter)
    journals: int = 0

    def journal(self, legs: Mapping[str, int]) -> None:
        assert sum(legs.values()) == 0
        self.journals += 1
        for account, amount in legs.items():
            self.books[account] += amount

    def owns(self, account: str) -> int:
        """The credit balance: what we owe the holder of a liability."""
        return -self.books[account]

    # --- the table

    def captured(self, deal: Deal) -> None:
        source = wallet(deal.buyer) if deal.is_by_wallet else CLEARING
        self.journal({source: deal.captured, escrow(deal.order): -deal.captured})

    def topped_up(self, user: object, amount: int) -> None:
        self.journal({CLEARING: amount, wallet(user): -amount})

    def released(self, deal: Deal, gross: int) -> None:
        low, high = deal.kept(deal.sold), deal.kept(deal.sold + gross)
        commission, tax = high[0] - low[0], high[1] - low[1]
        net = gross - commission - tax
        assert min(commission, tax, net) >= 0
        self.journal(
            {
                escrow(deal.order): gross,
                wallet(deal.seller): -net,
                COMMISSION: -commission,
                TAX: -tax,
            }
        )
        deal.released += gross
        if repaid := min(self.books[receivable(deal.seller)], net):
            self.journal({wallet(deal.seller): repaid, receivable(deal.seller): -repaid})

    def refund_requested(self, deal: Deal, refund: object, amount: int) -> None:
        from_escrow = min(amount, deal.held)
        from_seller = amount - from_escrow
        low, high = deal.kept(deal.sold - from_seller), deal.kept(deal.sold)
        commission, tax = high[0] - low[0], high[1] - low[1]
        net = from_seller - commission - tax
        there = min(self.owns(wallet(deal.seller)), net)
        self.journal(
            {
                escrow(deal.order): from_escrow,
                COMMISSION: commission,
                TAX: tax,
                wallet(deal.seller): there,
                receivable(deal.seller): net - there,
                f"refund:{refund}": -amount,
            }
        )
        deal.back_from_escrow += from_escrow
        deal.back_from_seller += from_seller
        if deal.is_by_wallet:
            self.journal({f"refund:{refund}": amount, wallet(deal.buyer): -amount})

    def refund_sent(self, refund: object, amount: int) -> None:
        self.journal({f"refund:{refund}": amount, CLEARING: -amount})

    def refund_failed(self, buyer: object, refund: object, amount: int, *, was_sent: bool) -> None:
        if was_sent:
            self.journal({CLEARING: amount, f"refund:{refund}": -amount})
        self.journal({f"refund:{refund}": amount, wallet(buyer): -amount})

    def payout_requested(self, user: object, payout: object, amount: int) -> None:
        self.journal({wallet(user): amount, f"payout:{payout}": -amount})

    def payout_paid(self, payout: object, amount: int) -> None:
        self.journal({f"payout:{payout}": amount, CLEARING: -amount})

    def payout_came_back(
        self, user: object, payout: object, amount: int, *, was_paid: bool
    ) -> None:
        if was_paid:
            self.journal({CLEARING: amount, f"payout:{payout}": -amount})
        self.journal({f"payout:{payout}": amount, wallet(user): -amount})

    def shortage(self, amount: int) -> None:
        """Paid by the provider after the wallet had it back."""
        self.journal({SUSPENSE: amount, CLEARING: -amount})

    def written_off(self, seller: object, amount: int) -> None:
        self.journal({LOSS: amount, receivable(seller): -amount})

    def fee_taken(self, amount: int) -> None:
        self.journal({FEE: amount, CLEARING: -amount})

    def settled_to_bank(self, amount: int) -> None:
        self.journal({BANK: amount, CLEARING: -amount})
