import pytest

from marketplace.core.errors import DomainError, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    EscrowAlreadyRefunded,
    EscrowAlreadyReleased,
    NothingInEscrow,
    OperationReused,
    ReleaseNotPositive,
    ReleaseTooLarge,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.projections import check_projections
from marketplace.payments.queries import get_wallets
from marketplace.payments.services import refund_escrow, refund_order, release_escrow, release_part
from marketplace.payments.tests.factories import (
    OPERATOR,
    Sale,
    escrow,
    everything,
    hold,
    in_transaction,
    make_sale,
    release,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def held(provider: FakeProvider, **changes: object) -> Sale:
    sale = make_sale(**changes)  # type: ignore[arg-type]
    hold(sale, provider)
    return sale


def commission() -> int:
    return get_balance(accounts.revenue_commission("EUR")).amount_minor


def test_releases_a_part_and_keeps_the_rest(provider: FakeProvider) -> None:
    sale = held(provider)
    part = release(sale, 4_000)
    assert (part.commission, part.net, part.is_last) == (eur(400), eur(3_600), False)
    assert (escrow(sale), wallet(sale.seller)) == (6_000, 3_600)
    assert sale.payment.escrow_status == "IN_ESCROW"
    assert sale.payment.must_settle_before is not None
    (event,) = recorded("payments.EscrowReleased")
    assert (event["gross_minor"], event["is_last"]) == (4_000, False)
    assert [w.pending for w in get_wallets(user_id=sale.seller.pk)] == [eur(5_400)]


def test_the_rest_is_released_as_all_that_is_left(provider: FakeProvider) -> None:
    sale = held(provider)
    release(sale, 4_000)
    rest = in_transaction(release_escrow, order_id=sale.order_id)
    assert (rest.gross, rest.net, rest.is_last) == (eur(6_000), eur(5_400), True)
    assert (escrow(sale), wallet(sale.seller), commission()) == (0, 9_000, 1_000)
    assert sale.payment.escrow_status == "RELEASED"
    assert sale.payment.must_settle_before is None
    assert check_projections().differences == []


def test_parts_sum_to_the_whole_with_tax(provider: FakeProvider) -> None:
    """The last slice takes the residual; ``test_slices`` walks through every size."""
    sale = make_sale(eur(101), rate_bps=3_333, tax=eur(7))
    hold(sale, provider)
    released = [release(sale, part) for part in (1, 33, 67)]
    assert all(r.gross == r.commission + r.tax + r.net for r in released)
    assert commission() == 34
    assert get_balance(accounts.tax("DE", "EUR")) == eur(7)
    assert wallet(sale.seller) == 101 - 34 - 7
    assert sale.payment.escrow_status == "RELEASED"


def test_the_same_release_again_answers_with_the_first(provider: FakeProvider) -> None:
    sale, release_id = held(provider), new_id()
    first = release(sale, 4_000, release_id)
    before = everything()
    assert release(sale, 4_000, release_id) == first
    with pytest.raises(OperationReused):
        release(sale, 3_999, release_id)
    assert everything() == before


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (eur(10_001), ReleaseTooLarge),
        (eur(0), ReleaseNotPositive),
        (eur(-1), ReleaseNotPositive),
        (Money(100, "USD"), ReleaseNotPositive),
    ],
)
def test_a_wrong_amount_is_refused_and_changes_nothing(
    provider: FakeProvider, amount: Money, error: type[DomainError]
) -> None:
    sale = held(provider)
    before = everything()
    with pytest.raises(error):
        in_transaction(release_part, order_id=sale.order_id, amount=amount, release_id=new_id())
    assert everything() == before


def test_more_than_is_left_is_refused(provider: FakeProvider) -> None:
    sale = held(provider)
    release(sale, 4_000)
    before = everything()
    with pytest.raises(ReleaseTooLarge):
        release(sale, 6_001)
    assert everything() == before


def test_nothing_is_released_twice_or_unpaid(provider: FakeProvider) -> None:
    unpaid = make_sale()
    with pytest.raises(NothingInEscrow):
        release(unpaid, 1)
    with pytest.raises(NotFound):
        in_transaction(release_part, order_id=new_id(), amount=eur(1), release_id=new_id())
    released, refunded = held(provider), held(provider)
    in_transaction(release_escrow, order_id=released.order_id)
    in_transaction(refund_escrow, order_id=refunded.order_id, reason="Cancelled")
    before = everything()
    with pytest.raises(EscrowAlreadyReleased):
        release(released, 1)
    with pytest.raises(EscrowAlreadyRefunded):
        release(refunded, 1)
    assert everything() == before


def test_all_that_is_left_after_a_partial_refund_goes_to_the_seller(
    provider: FakeProvider,
) -> None:
    """Mistake 16: the commission that was frozen, in proportion to what was sold for good."""
    sale = held(provider)
    in_transaction(
        refund_order,
        refund_id=new_id(),
        order_id=sale.order_id,
        amount=eur(2_500),
        reason="A scratch",
        actor=OPERATOR,
    )
    rest = in_transaction(release_escrow, order_id=sale.order_id)
    assert (rest.gross, rest.commission, rest.net) == (eur(7_500), eur(750), eur(6_750))
    assert sale.payment.escrow_status == "RELEASED"
    assert check_projections().differences == []


def test_the_escrow_ends_as_released_when_the_seller_got_any_of_it(provider: FakeProvider) -> None:
    sale = held(provider)
    release(sale, 1)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Agreed")
    assert escrow(sale) == 0
    assert sale.payment.escrow_status == "RELEASED"
    assert sale.payment.status == "COMPLETED"
    assert check_projections().differences == []
