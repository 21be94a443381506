import pytest

from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    EscrowAlreadyRefunded,
    EscrowAlreadyReleased,
    NothingInEscrow,
)
from marketplace.payments.models import Transaction
from marketplace.payments.services import refund_escrow, release_escrow
from marketplace.payments.tests.factories import (
    escrow,
    everything,
    hold,
    in_transaction,
    make_sale,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def test_releases_the_escrow(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    released = in_transaction(release_escrow, order_id=sale.order_id)
    assert (released.gross, released.commission, released.net) == (
        Money(10_000, "EUR"),
        Money(1_000, "EUR"),
        Money(9_000, "EUR"),
    )
    assert escrow(sale) == 0
    assert wallet(sale.seller) == 9_000
    assert sale.payment.escrow_status == "RELEASED"
    assert sale.payment.must_settle_before is None
    (event,) = recorded("payments.EscrowReleased")
    assert event["net_minor"] == 9_000
    line = Transaction.objects.get(wallet__user=sale.seller)
    assert (line.type, line.amount_minor, line.status) == ("ESCROW_RELEASE", 9_000, "COMPLETED")


@pytest.mark.parametrize("gross_minor", [1, 3, 99, 101, 12_345])
@pytest.mark.parametrize("rate_bps", [0, 1, 333, 5_000, 9_999, 10_000])
def test_the_parts_always_sum_to_the_whole(
    provider: FakeProvider, gross_minor: int, rate_bps: int
) -> None:
    sale = make_sale(Money(gross_minor, "EUR"), rate_bps=rate_bps)
    hold(sale, provider)
    released = in_transaction(release_escrow, order_id=sale.order_id)
    assert released.commission + released.net == released.gross
    assert wallet(sale.seller) == released.net.amount_minor


def test_a_second_release_is_refused_and_changes_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    before = everything()
    with pytest.raises(EscrowAlreadyReleased):
        in_transaction(release_escrow, order_id=sale.order_id)
    assert everything() == before


def test_a_release_after_a_refund_is_refused_and_changes_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    before = everything()
    with pytest.raises(EscrowAlreadyRefunded):
        in_transaction(release_escrow, order_id=sale.order_id)
    assert everything() == before


def test_nothing_is_released_before_the_buyer_paid(provider: FakeProvider) -> None:
    sale = make_sale()
    before = everything()
    with pytest.raises(NothingInEscrow):
        in_transaction(release_escrow, order_id=sale.order_id)
    assert everything() == before


def test_an_unknown_order_is_not_found() -> None:
    with pytest.raises(NotFound):
        in_transaction(release_escrow, order_id=new_id())
