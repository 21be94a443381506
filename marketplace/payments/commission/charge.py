"""What a rule takes of a sale, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from marketplace.core.money import BASIS_POINTS, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The figures of a rule. Amounts are minor units of the rule's currency."""

    rate_bps: int
    fixed_minor: int = 0
    minimum_minor: int = 0
    cap_minor: int | None = None
    tax_bps: int = 0
    tax_jurisdiction: str = ""
    buyer_share_bps: int = 0


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One line of the arithmetic, as a person reads it; below zero it is taken off."""

    text: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Charge:
    """What a rule takes of ``base``: the goods, without shipping.

    The seller gets ``base + buyer_fee - commission - tax``, which is never below zero.
    """

    base: Money
    commission: Money
    tax: Money
    buyer_fee: Money
    lines: tuple[ChargeLine, ...]

    @property
    def net(self) -> Money:
        return self.base + self.buyer_fee - self.commission - self.tax


def charge(base: Money, rates: Rates) -> Charge:
    """Work out a charge, each part to whole minor units with halves rounded away from zero.

    Rate and fixed part are added, then the minimum raises and the cap lowers the sum. Commission
    and its tax together never exceed ``base``: of a sale below the minimum the seller is left with
    nothing, and never owes. The buyer's share is of the commission with its tax; the seller bears
    the rest.
    """
    lines = [ChargeLine(f"{percent(rates.rate_bps)} of {base}", base.share(rates.rate_bps))]
    commission = lines[0].amount
    for line in _bounds(commission, base, rates):
        lines.append(line)
        commission += line.amount
    tax = commission.share(rates.tax_bps)
    if tax.is_positive:
        text = f"{percent(rates.tax_bps)} tax on the commission ({rates.tax_jurisdiction})"
        lines.append(ChargeLine(text, tax))
    buyer_fee = (commission + tax).share(rates.buyer_share_bps)
    if buyer_fee.is_positive:
        text = f"the buyer pays {percent(rates.buyer_share_bps)} of it on top"
        lines.append(ChargeLine(text, -buyer_fee))
    return Charge(base, commission, tax, buyer_fee, tuple(lines))


def _bounds(commission: Money, base: Money, rates: Rates) -> Iterator[ChargeLine]:
    currency = base.currency
    if rates.fixed_minor:
        fixed = Money(rates.fixed_minor, currency)
        commission += fixed
        yield ChargeLine("a fixed part", fixed)
    minimum = Money(rates.minimum_minor, currency)
    if commission < minimum:
        yield ChargeLine(f"raised to the minimum of {minimum}", minimum - commission)
        commission = minimum
    if rates.cap_minor is not None and commission > (cap := Money(rates.cap_minor, currency)):
        yield ChargeLine(f"lowered to the cap of {cap}", cap - commission)
        commission = cap
    # The largest commission whose tax still fits into the price.
    most = Money(base.amount_minor * BASIS_POINTS // (BASIS_POINTS + rates.tax_bps), currency)
    if commission > most:
        yield ChargeLine("lowered to what the price can bear", most - commission)


def percent(bps: int) -> str:
    """``750`` as ``7.5 %``."""
    return f"{Decimal(bps).scaleb(-2).normalize():f} %"
