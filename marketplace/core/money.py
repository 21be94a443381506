"""Money: a whole number of minor units and an ISO 4217 currency. There is no float anywhere.

Exponents (JPY 0, EUR 2, KWD 3) come from the ISO 4217 list of active currencies. CLDR, and Babel
with it, gives the places that people write, which differ for thirteen currencies (ADR 0004):
providers and banks count in ISO's. The API shows money as a decimal string with its currency beside
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from iso4217 import Currency

from marketplace.core.errors import InvalidInput

MAX_AMOUNT_MINOR = 10**15
"""Largest amount a caller may name: far above any sale, far below the limit of a bigint."""

BASIS_POINTS = 10_000


class InvalidMoney(InvalidInput):
    code = "invalid_money"
    title = "The amount or its currency is not valid"


class CurrencyMismatch(ValueError):
    """Two currencies met in one calculation: always a programming error, never user input."""


@cache
def _exponents() -> dict[str, int]:
    # Gold, test codes and units of account have no minor unit: nobody pays in them.
    return {unit.code: unit.exponent for unit in Currency if unit.exponent is not None}


@cache
def known_currencies() -> frozenset[str]:
    """Every active ISO 4217 currency that has a minor unit."""
    return frozenset(_exponents())


def exponent(currency: str) -> int:
    """Decimal places of ``currency``; raises :class:`InvalidMoney` for an unknown code."""
    try:
        return _exponents()[currency]
    except KeyError:
        raise InvalidMoney(
            f"{currency!r} is not an ISO 4217 currency code, such as EUR or JPY."
        ) from None


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency: ``Money(1250, "EUR")`` is 12.50 euro."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError(f"amount_minor must be int, not {type(self.amount_minor).__name__}")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, value: str | Decimal, currency: str) -> "Money":
        """Parse ``"12.50"``; more decimal places than the currency has are refused, not rounded."""
        try:
            decimal = Decimal(value)
        except InvalidOperation:
            raise InvalidMoney(f"{value!r} is not a decimal number, such as 12.50.") from None
        if not decimal.is_finite():
            raise InvalidMoney(f"{value!r} is not a finite number.")
        places = exponent(currency)
        if abs(decimal) > Decimal(MAX_AMOUNT_MINOR).scaleb(-places):
            raise InvalidMoney("The amount is too large.")
        scaled = decimal.scaleb(places)
        if scaled != scaled.to_integral_value():
            raise InvalidMoney(f"{currency} has {places} decimal places; {value} has more.")
        return cls(int(scaled), currency)

    def to_decimal_string(self) -> str:
        """The API form: ``"12.50"`` for EUR, ``"1250"`` for JPY, ``"1.250"`` for KWD."""
        return minor_to_decimal_string(self.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{self.to_decimal_string()} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.amount_minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, factor: int) -> "Money":
        if type(factor) is not int:
            raise TypeError("money is multiplied by whole numbers only")
        return Money(self.amount_minor * factor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._same(other)

    @property
    def is_positive(self) -> bool:
        return self.amount_minor > 0

    @property
    def is_zero(self) -> bool:
        return self.amount_minor == 0

    def share(self, rate_bps: int) -> "Money":
        """``rate_bps`` basis points of this amount, halves rounded away from zero."""
        product = abs(self.amount_minor) * rate_bps
        rounded = (2 * product + BASIS_POINTS) // (2 * BASIS_POINTS)
        return Money(rounded if self.amount_minor >= 0 else -rounded, self.currency)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by ``weights`` so that the parts always sum to the whole.

        Every part but the last is rounded down; the last takes the residual.
        """
        total = sum(weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights must be non-negative and not all zero")
        parts = [self.amount_minor * weight // total for weight in weights[:-1]]
        parts.append(self.amount_minor - sum(parts))
        return [Money(part, self.currency) for part in parts]


def minor_to_decimal_string(amount_minor: int, currency: str) -> str:
    """Minor units as a decimal string with exactly the currency's places."""
    places = exponent(currency)
    if places == 0:
        return str(amount_minor)
    sign = "-" if amount_minor < 0 else ""
    whole, fraction = divmod(abs(amount_minor), 10**places)
    return f"{sign}{whole}.{fraction:0{places}d}"
