"""``slices``: what the platform keeps of a sale that moves in parts."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.core.money import Money
from marketplace.payments.models import Payment
from marketplace.payments.slices import slice_to_give_back, slice_to_release


def payment(captured: int, commission: int, tax: int) -> Payment:
    return Payment(
        captured_minor=captured, commission_minor=commission, tax_minor=tax, currency="EUR"
    )


@pytest.mark.parametrize("whole", [1, 3, 100, 101])
@pytest.mark.parametrize("part", [1, 7, 33])
def test_without_tax_a_slice_takes_its_rounded_share(whole: int, part: int) -> None:
    for commission in range(whole + 1):
        paid, sold, taken = payment(whole, commission, 0), 0, 0
        for size in [part] * (whole // part) + [whole % part]:
            taken += slice_to_release(paid, Money(size, "EUR")).commission.amount_minor
            sold += size
            paid.released_minor = sold
            assert taken == (2 * commission * sold + whole) // (2 * whole)
        assert taken == commission


@settings(max_examples=300, deadline=None)
@given(
    captured=st.integers(1, 500),
    shares=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    moves=st.lists(st.tuples(st.booleans(), st.integers(1, 500)), max_size=12),
)
def test_whatever_the_order_all_given_back_is_all_returned(
    captured: int, shares: tuple[int, int], moves: list[tuple[bool, int]]
) -> None:
    commission = min(shares[0], captured)
    tax = min(shares[1], captured - commission)
    paid = payment(captured, commission, tax)
    kept = [0, 0]

    def move(is_release: bool, minor: int) -> None:
        slice_of = slice_to_release if is_release else slice_to_give_back
        part = slice_of(paid, Money(minor, "EUR"))
        amounts = (part.gross, part.commission, part.tax, part.net)
        assert all(amount.amount_minor >= 0 for amount in amounts)
        sign = 1 if is_release else -1
        kept[0] += sign * part.commission.amount_minor
        kept[1] += sign * part.tax.amount_minor
        if is_release:
            paid.released_minor += minor
        else:
            paid.refunded_after_minor += minor

    for is_release, size in itertools.chain(moves, [(True, captured)]):
        sold = paid.released_minor - paid.refunded_after_minor
        most = captured - paid.released_minor if is_release else sold
        if most:
            move(is_release, min(size, most))
    sold = paid.released_minor - paid.refunded_after_minor
    if sold == captured:
        assert kept == [commission, tax]
    if sold:
        move(False, sold)
    assert kept == [0, 0]
