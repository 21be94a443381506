"""How commission and tax follow a sale that is released, or given back, in parts."""

from dataclasses import dataclass

from marketplace.core.money import Money
from marketplace.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a sale: ``gross = net + commission + tax``, none of them below zero."""

    gross: Money
    commission: Money
    tax: Money

    @property
    def net(self) -> Money:
        return self.gross - self.commission - self.tax


def slice_to_release(payment: Payment, gross: Money) -> Slice:
    """What is taken of the next ``gross`` that the seller gets."""
    sold_minor = payment.released_minor - payment.refunded_after_minor
    return _between(payment, sold_minor, sold_minor + gross.amount_minor)


def slice_to_give_back(payment: Payment, gross: Money) -> Slice:
    """What was taken of the ``gross`` that goes from the seller back to the buyer."""
    sold_minor = payment.released_minor - payment.refunded_after_minor
    return _between(payment, sold_minor - gross.amount_minor, sold_minor)


def _between(payment: Payment, low_minor: int, high_minor: int) -> Slice:
    """What the platform keeps is a function of how much is sold for good, so that parts sum to
    the whole in whatever order they are released and given back (ADR 46)."""
    low_commission, low_tax = _kept(payment, low_minor)
    high_commission, high_tax = _kept(payment, high_minor)
    return Slice(
        gross=Money(high_minor - low_minor, payment.currency),
        commission=Money(high_commission - low_commission, payment.currency),
        tax=Money(high_tax - low_tax, payment.currency),
    )


def _kept(payment: Payment, sold_minor: int) -> tuple[int, int]:
    """Commission and tax on the first ``sold_minor`` of the capture.

    Commission and tax are rounded together and the tax is a share of that: rounded apart, the two
    could take more than a very small slice has.
    """
    whole_minor = payment.commission_minor + payment.tax_minor
    if whole_minor == 0:
        return 0, 0
    both_minor = _rounded(whole_minor * sold_minor, payment.captured_minor)
    tax_minor = _rounded(payment.tax_minor * both_minor, whole_minor)
    return both_minor - tax_minor, tax_minor


def _rounded(dividend: int, divisor: int) -> int:
    """Halves away from zero; neither is negative."""
    return (2 * dividend + divisor) // (2 * divisor)
