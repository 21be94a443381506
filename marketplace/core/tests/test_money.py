"""Money is a whole number of minor units; nothing is lost, made up or rounded in silence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import (
    MAX_AMOUNT_MINOR,
    CurrencyMismatch,
    InvalidMoney,
    Money,
    exponent,
    known_currencies,
    minor_to_decimal_string,
)

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD", "CLF", "UGX"])
AMOUNTS = st.integers(-MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR)

ISO_4217 = {
    # Where CLDR gives other places than ISO (0 for all of these):
    "AFN": 2, "ALL": 2, "IQD": 3, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2, "MGA": 2, "MMK": 2,
    "RSD": 2, "SOS": 2, "SYP": 2, "YER": 2,
    "BHD": 3, "BIF": 0, "BRL": 2, "CHF": 2, "CLF": 4, "CLP": 0, "CNY": 2, "COP": 2, "CZK": 2,
    "DJF": 0, "EUR": 2, "GBP": 2, "GHS": 2, "GNF": 0, "HUF": 2, "IDR": 2, "INR": 2, "ISK": 0,
    "JOD": 3, "JPY": 0, "KES": 2, "KMF": 0, "KRW": 0, "KWD": 3, "LYD": 3, "MRU": 2, "NGN": 2,
    "OMR": 3, "PKR": 2, "PYG": 0, "RWF": 0, "TND": 3, "TWD": 2, "TZS": 2, "UGX": 0, "USD": 2,
    "UYW": 4, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "ZAR": 2,
}  # fmt: skip


@pytest.mark.parametrize(("currency", "places"), ISO_4217.items())
def test_a_currency_has_the_places_of_iso_4217(currency: str, places: int) -> None:
    assert exponent(currency) == places


@pytest.mark.parametrize("code", ["DEM", "XXX", "XAU", "XTS", "eur", "", "EURO", "€"])
def test_what_nobody_can_pay_in_is_refused(code: str) -> None:
    assert code not in known_currencies()
    with pytest.raises(InvalidMoney):
        Money(1, code)


@given(AMOUNTS, CURRENCIES)
def test_a_decimal_string_and_back_is_the_same_money(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert Money.from_decimal(money.to_decimal_string(), currency) == money


@given(AMOUNTS, CURRENCIES)
def test_a_decimal_string_has_exactly_the_currencys_places(amount: int, currency: str) -> None:
    text = minor_to_decimal_string(amount, currency)

    _, _, fraction = text.partition(".")
    assert len(fraction) == exponent(currency)
    assert Decimal(text).scaleb(exponent(currency)) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1250, "EUR", "12.50"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (1250, "JPY", "1250"),
        (1250, "KWD", "1.250"),
        (-1, "CLF", "-0.0001"),
    ],
)
def test_money_reads_as_people_expect(amount: int, currency: str, text: str) -> None:
    assert Money(amount, currency).to_decimal_string() == text
    assert str(Money(amount, currency)) == f"{text} {currency}"


@pytest.mark.parametrize(
    "text", ["12.345", "0.001", "", "abc", "NaN", "Infinity", "1e400", "1,50", "1e15", "٣.x"]
)
def test_what_is_no_amount_of_euro_is_refused(text: str) -> None:
    with pytest.raises(InvalidMoney):
        Money.from_decimal(text, "EUR")


def test_decimal_places_beyond_the_currencys_are_fine_when_they_are_zero() -> None:
    assert Money.from_decimal("12.500", "EUR") == Money(1250, "EUR")
    assert Money.from_decimal("1e2", "JPY") == Money(100, "JPY")


@pytest.mark.parametrize("amount", [1.0, True, "1", Decimal(1), None])
def test_only_a_whole_number_is_an_amount(amount: object) -> None:
    with pytest.raises(TypeError):
        Money(amount, "EUR")  # type: ignore[arg-type]


@given(
    st.integers(0, MAX_AMOUNT_MINOR),
    st.lists(st.integers(0, 10_000), min_size=1, max_size=20).filter(any),
)
def test_parts_always_sum_to_the_whole(amount: int, weights: list[int]) -> None:
    parts = Money(amount, "EUR").allocate(weights)

    assert len(parts) == len(weights)
    assert sum(part.amount_minor for part in parts) == amount
    for part, weight in zip(parts[:-1], weights[:-1], strict=True):
        assert part.amount_minor == amount * weight // sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 1]])
def test_senseless_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "EUR").allocate(weights)


@given(st.integers(0, MAX_AMOUNT_MINOR), st.integers(0, 10_000))
def test_a_share_is_rounded_by_half_a_unit_at_most_and_never_exceeds_the_whole(
    amount: int, rate_bps: int
) -> None:
    share = Money(amount, "EUR").share(rate_bps).amount_minor

    assert abs(share * 10_000 - amount * rate_bps) <= 5_000
    assert 0 <= share <= amount


@given(AMOUNTS, st.integers(0, 10_000))
def test_a_share_of_a_debt_mirrors_that_of_a_claim(amount: int, rate_bps: int) -> None:
    assert Money(-amount, "EUR").share(rate_bps) == -Money(amount, "EUR").share(rate_bps)


def test_halves_are_rounded_away_from_zero() -> None:
    assert Money(5, "EUR").share(5_000) == Money(3, "EUR")
    assert Money(-5, "EUR").share(5_000) == Money(-3, "EUR")


@given(AMOUNTS, AMOUNTS)
def test_arithmetic_is_that_of_whole_numbers(a: int, b: int) -> None:
    one, other = Money(a, "EUR"), Money(b, "EUR")

    assert (one + other).amount_minor == a + b
    assert (one - other).amount_minor == a - b
    assert (-one).amount_minor == -a
    assert (one * 3).amount_minor == 3 * a
    assert (one < other, one <= other, one > other, one >= other) == (a < b, a <= b, a > b, a >= b)
    assert one.is_positive == (a > 0)
    assert one.is_zero == (a == 0)


def test_two_currencies_never_meet() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        _ = Money(1, "EUR") < Money(1, "USD")
    assert Money(1, "EUR") != Money(1, "USD")


def test_money_is_not_multiplied_by_a_fraction() -> None:
    with pytest.raises(TypeError):
        Money(1, "EUR") * 1.5  # type: ignore[operator]
