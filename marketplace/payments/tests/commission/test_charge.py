"""What a rule takes: the examples a person would check by hand, and what holds for all figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import Money
from marketplace.payments.commission.charge import Rates, charge, percent


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


@pytest.mark.parametrize(
    ("amount_minor", "rate_bps", "commission_minor"),
    [(1, 5000, 1), (1, 4999, 0), (10, 250, 0), (20, 250, 1), (12_345, 333, 411), (99, 10_000, 99)],
)
def test_halves_are_rounded_away_from_zero(
    amount_minor: int, rate_bps: int, commission_minor: int
) -> None:
    assert charge(eur(amount_minor), Rates(rate_bps=rate_bps)).commission == eur(commission_minor)


def test_every_part_stands_on_a_line_of_its_own() -> None:
    taken = charge(
        eur(12_000),
        Rates(
            rate_bps=750,
            fixed_minor=30,
            tax_bps=1900,
            tax_jurisdiction="DE",
            buyer_share_bps=5000,
        ),
    )
    assert [(line.text, line.amount.amount_minor) for line in taken.lines] == [
        ("7.5 % of 120.00 EUR", 900),
        ("a fixed part", 30),
        ("19 % tax on the commission (DE)", 177),
        ("the buyer pays 50 % of it on top", -554),
    ]
    assert (taken.commission, taken.tax, taken.buyer_fee) == (eur(930), eur(177), eur(554))
    assert taken.net == eur(12_000 + 554 - 930 - 177)


def test_a_minimum_raises_and_a_cap_lowers() -> None:
    bounds = Rates(rate_bps=1000, minimum_minor=100, cap_minor=500)
    assert charge(eur(200), bounds).commission == eur(100)
    assert charge(eur(2_000), bounds).commission == eur(200)
    assert charge(eur(9_000), bounds).commission == eur(500)
    texts = [line.text for line in charge(eur(9_000), bounds).lines]
    assert texts == ["10 % of 90.00 EUR", "lowered to the cap of 5.00 EUR"]


def test_of_a_sale_below_the_minimum_the_seller_is_left_with_nothing_and_owes_nothing() -> None:
    dear = Rates(rate_bps=0, minimum_minor=100, tax_bps=1900, tax_jurisdiction="DE")
    taken = charge(eur(80), dear)
    assert (taken.commission, taken.tax, taken.net) == (eur(67), eur(13), eur(0))


def test_where_the_buyer_pays_it_all_the_seller_gets_the_price() -> None:
    taken = charge(
        eur(999), Rates(rate_bps=333, tax_bps=700, tax_jurisdiction="KE", buyer_share_bps=10_000)
    )
    assert taken.net == eur(999)


def test_a_percentage_is_written_without_needless_noughts() -> None:
    assert [percent(bps) for bps in (0, 1, 750, 1000, 10_000)] == [
        "0 %",
        "0.01 %",
        "7.5 %",
        "10 %",
        "100 %",
    ]


@st.composite
def rates(draw: st.DrawFn) -> Rates:
    bps = st.integers(0, 10_000)
    minimum = draw(st.one_of(st.just(0), st.integers(0, 10**6)))
    tax_bps = draw(st.one_of(st.just(0), bps))
    return Rates(
        rate_bps=draw(bps),
        fixed_minor=draw(st.one_of(st.just(0), st.integers(0, 10**6))),
        minimum_minor=minimum,
        cap_minor=draw(st.one_of(st.none(), st.integers(minimum, 10**7))),
        tax_bps=tax_bps,
        tax_jurisdiction="DE" if tax_bps else "",
        buyer_share_bps=draw(bps),
    )


@given(
    base=st.builds(Money, st.integers(1, 10**15), st.sampled_from(["EUR", "JPY", "KWD"])),
    figures=rates(),
)
def test_the_parts_sum_to_the_whole_and_nobody_is_left_owing(base: Money, figures: Rates) -> None:
    taken = charge(base, figures)
    paid = base + taken.buyer_fee

    assert taken.net + taken.commission + taken.tax == paid
    assert taken.net.amount_minor >= 0
    assert 0 <= taken.buyer_fee.amount_minor <= (taken.commission + taken.tax).amount_minor
    assert taken.tax == taken.commission.share(figures.tax_bps)
    if figures.cap_minor is not None:
        assert taken.commission.amount_minor <= figures.cap_minor
    gives_way = (taken.commission + taken.tax).amount_minor >= base.amount_minor - 2
    assert taken.commission.amount_minor >= figures.minimum_minor or gives_way
    # What a person is shown leads to what is taken.
    shown = sum((line.amount for line in taken.lines), start=Money.zero(base.currency))
    assert shown == taken.commission + taken.tax - taken.buyer_fee
