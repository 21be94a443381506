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
DISPUTE_FEE, EXCHANGED = "expense:chargeback_fee", "fx:USD"


def wallet(user: object) -> str:
    return f"user:{user}:wallet"


def receivable(seller: object) -> str:
    return f"seller:{seller}:receivable"


def escrow(order: object) -> str:
    return f"order:{order}:escrow"


def disputed(order: object) -> str:
    return f"order:{order}:disputed"


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
    claims: list["Claim"] = field(default_factory=list)

    @property
    def held(self) -> int:
        claimed = sum(claim.of_escrow for claim in self.claims if claim.status != "WON")
        return self.captured - self.released - self.back_from_escrow - claimed

    @property
    def with_seller(self) -> int:
        claimed = sum(claim.of_seller for claim in self.claims if claim.status != "WON")
        return self.released - self.back_from_seller - claimed

    @property
    def refundable(self) -> int:
        return self.held + self.with_seller

    @property
    def is_contested(self) -> bool:
        return any(claim.status == "OPEN" for claim in self.claims)

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
class Claim:
    """A chargeback: what it takes of the escrow, of the seller, and of what is back already."""

    deal: Deal
    of_escrow: int
    of_seller: int
    of_nobody: int
    set_aside: int = 0
    """Of refunds that failed while it was open: theirs is the money that nobody had."""
    status: str = "OPEN"

    @property
    def amount(self) -> int:
        return self.of_escrow + self.of_seller + self.of_nobody + self.set_aside


@dataclass
class TopUp:
    """What came for a user's wallet, by what is in it."""

    user: object
    came: int
    credited: int = 0
    taken_again: int = 0


@dataclass
class Stray:
    """Money that came and is nobody's yet, or somebody's second: it waits in suspense."""

    came: int
    buyer: object = None
    """Whose wallet gets it when it cannot be sent back."""
    top_up: TopUp | None = None
    given: int = 0
    """By refunds: on their way, sent, or in the buyer's wallet; sent after all counts again."""
    takings: list["Taking"] = field(default_factory=list)

    @property
    def with_the_bank(self) -> int:
        return sum(taking.amount for taking in self.takings if taking.status != "WON")

    @property
    def left_to_take(self) -> int:
        return self.came - self.with_the_bank

    @property
    def left(self) -> int:
        return self.came - self.with_the_bank - self.given


@dataclass
class Taking:
    """The payer's bank took some of a stray: out of suspense, or a user's wallet for a top-up."""

    stray: Stray
    amount: int
    of_user: int = 0
    owed: int = 0
    status: str = "OPEN"


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
        self.repaid(deal.seller, net)

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

    def refund_failed(self, deal: Deal, refund: object, amount: int, *, was_sent: bool) -> bool:
        """The buyer's wallet gets it, less what the buyer asks the bank for. Whether all of it."""
        if was_sent:
            self.journal({CLEARING: amount, f"refund:{refund}": -amount})
        left, legs = amount, Counter({f"refund:{refund}": amount})
        for claim in deal.claims:
            if claim.status == "WON":
                continue
            covered = min(left, claim.of_nobody)
            claim.of_nobody -= covered
            left -= covered
            if claim.status == "OPEN":
                claim.set_aside += covered
                legs[disputed(deal.order)] -= covered
            else:
                legs[LOSS] -= covered
        legs[wallet(deal.buyer)] -= left
        self.journal(legs)
        return left == amount

    def claimed(self, deal: Deal, amount: int, fee: int) -> Claim:
        """A chargeback was opened."""
        of_escrow = min(amount, deal.held)
        of_seller = min(amount - of_escrow, deal.with_seller)
        claim = Claim(deal, of_escrow, of_seller, amount - of_escrow - of_seller)
        self.journal({f"claim:{id(claim)}": amount, DISPUTE_FEE: fee, CLEARING: -amount - fee})
        self.journal({escrow(deal.order): of_escrow, disputed(deal.order): -of_escrow})
        deal.claims.append(claim)
        return claim

    def claim_won(self, claim: Claim) -> None:
        deal, amount = claim.deal, claim.amount
        self.journal(
            {
                CLEARING: amount,
                f"claim:{id(claim)}": -amount,
                disputed(deal.order): claim.of_escrow + claim.set_aside,
                escrow(deal.order): -claim.of_escrow,
                wallet(deal.buyer): -claim.set_aside,
            }
        )
        claim.status = "WON"

    def claim_lost(self, claim: Claim) -> None:
        deal = claim.deal
        there = min(self.owns(wallet(deal.seller)), claim.of_seller)
        self.journal(
            {
                disputed(deal.order): claim.of_escrow + claim.set_aside,
                wallet(deal.seller): there,
                receivable(deal.seller): claim.of_seller - there,
                LOSS: claim.of_nobody,
                f"claim:{id(claim)}": -claim.amount,
            }
        )
        claim.status = "LOST"

    def exchanged(self, user: object, amount: int) -> None:
        self.journal({wallet(user): amount, EXCHANGED: -amount})

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
        self.repaid(user, amount)

    def repaid(self, user: object, amount: int) -> None:
        if repaid := min(self.books[receivable(user)], amount):
            self.journal({wallet(user): repaid, receivable(user): -repaid})

    def strayed(self, stray: Stray) -> None:
        self.journal({CLEARING: stray.came, SUSPENSE: -stray.came})

    def found_its_order(self, deal: Deal) -> None:
        self.journal({SUSPENSE: deal.captured, escrow(deal.order): -deal.captured})

    def stray_credited(self, stray: Stray) -> None:
        assert stray.top_up
        self.journal({SUSPENSE: stray.came, wallet(stray.top_up.user): -stray.came})
        stray.top_up.credited = stray.came
        for taking in stray.takings:
            if taking.status != "WON":
                self.of_its_user(taking, stray.top_up)

    def stray_refunded(self, stray: Stray, refund: object, amount: int) -> None:
        self.journal({SUSPENSE: amount, f"refund:{refund}": -amount})
        stray.given += amount

    def stray_refund_failed(
        self, stray: Stray, refund: object, amount: int, *, was_sent: bool
    ) -> int:
        """The buyer's wallet gets it, less what the buyer has from the bank: how much of that."""
        if was_sent:
            self.journal({CLEARING: amount, f"refund:{refund}": -amount})
        stray.given -= amount
        to_wallet = max(0, min(amount, stray.left))
        kept = amount - to_wallet
        stray.given += to_wallet
        legs = Counter({f"refund:{refund}": amount})
        legs[SUSPENSE] -= kept
        legs[wallet(stray.buyer)] -= to_wallet
        self.journal(legs)
        return kept

    def taken(self, stray: Stray, amount: int, fee: int) -> Taking:
        taking = Taking(stray, amount)
        self.journal({SUSPENSE: amount, DISPUTE_FEE: fee, CLEARING: -amount - fee})
        if stray.top_up is not None:
            self.of_its_user(taking, stray.top_up)
        stray.takings.append(taking)
        return taking

    def of_its_user(self, taking: Taking, top_up: TopUp) -> None:
        taking.of_user = min(taking.amount, top_up.credited - top_up.taken_again)
        there = min(self.owns(wallet(top_up.user)), taking.of_user)
        taking.owed = taking.of_user - there
        self.journal(
            {
                wallet(top_up.user): there,
                receivable(top_up.user): taking.owed,
                SUSPENSE: -taking.of_user,
            }
        )
        top_up.taken_again += taking.of_user

    def taking_won(self, taking: Taking) -> None:
        self.journal({CLEARING: taking.amount, SUSPENSE: -taking.amount})
        if (top_up := taking.stray.top_up) is not None:
            forgiven = min(taking.owed, self.books[receivable(top_up.user)])
            self.journal(
                {
                    SUSPENSE: taking.of_user,
                    receivable(top_up.user): -forgiven,
                    wallet(top_up.user): forgiven - taking.of_user,
                }
            )
            top_up.taken_again -= taking.of_user
        taking.status = "WON"

    def shortage_over(self, amount: int) -> None:
        """What was short came back."""
        self.journal({CLEARING: amount, SUSPENSE: -amount})

    def shortage(self, amount: int) -> None:
        """Paid by the provider after the wallet had it back."""
        self.journal({SUSPENSE: amount, CLEARING: -amount})

    def written_off(self, seller: object, amount: int) -> None:
        self.journal({LOSS: amount, receivable(seller): -amount})

    def fee_taken(self, amount: int) -> None:
        self.journal({FEE: amount, CLEARING: -amount})

    def settled_to_bank(self, amount: int) -> None:
        self.journal({BANK: amount, CLEARING: -amount})
