from uuid import UUID

import pytest

from marketplace.core.errors import DomainError, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_payments_equal_their_accounts,
    check_statements_equal_ledger,
    check_transit_accounts,
)
from marketplace.payments.errors import (
    NothingInEscrow,
    OperationReused,
    ReasonMissing,
    RefundNotPositive,
    RefundTooLarge,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.models import Refund, Transaction
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import RefundOutcome
from marketplace.payments.services import (
    refund_order,
    release_escrow,
    submit_refunds,
)
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    OPERATOR,
    Sale,
    actor_for,
    balance,
    escrow,
    everything,
    hold,
    in_transaction,
    make_bank_account,
    make_sale,
    refund,
    release,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def held(provider: FakeProvider) -> Sale:
    sale = make_sale()
    hold(sale, provider)
    return sale


def released(provider: FakeProvider) -> Sale:
    sale = held(provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    return sale


def spend(sale: Sale, minor: int) -> None:
    """The seller's wallet on its way to the bank."""
    withdraw_approved(
        actor=actor_for(sale.seller),
        amount=Money(minor, "EUR"),
        bank_account_id=make_bank_account(sale.seller).id,
        idempotency_key=str(new_id()),
    )


def receivable(sale: Sale) -> int:
    return balance(accounts.seller_receivable(sale.seller.pk, "EUR"))


def commission() -> int:
    return get_balance(accounts.revenue_commission("EUR")).amount_minor


def settle(provider: FakeProvider, refund_id: UUID, outcome: RefundOutcome) -> str:
    row = Refund.objects.get(id=refund_id)
    object_id = provider.settle_refund(str(row.id), outcome)
    return record_refund_observed(
        refund_id=row.id, observed=provider.refunds[object_id], known_standing=row.standing
    )


def books_agree() -> None:
    for check in (
        check_payments_equal_their_accounts,
        check_statements_equal_ledger,
        check_transit_accounts,
    ):
        assert list(check(Tally())) == []
    assert check_projections().differences == []


def test_a_part_before_the_release_comes_out_of_escrow(provider: FakeProvider) -> None:
    sale = held(provider)
    given = refund(sale, 3_000)
    assert (given.is_all_back, given.is_last) == (False, False)
    assert escrow(sale) == 7_000
    assert (sale.payment.escrow_status, sale.payment.status) == ("IN_ESCROW", "COMPLETED")
    assert Refund.objects.get().source == "ESCROW"
    assert recorded("payments.SellerCharged") == []
    books_agree()


def test_parts_that_make_the_whole_end_as_refunded(provider: FakeProvider) -> None:
    sale = held(provider)
    parts = [refund(sale, 3_000), refund(sale, 7_000)]
    assert [part.is_all_back for part in parts] == [False, True]
    assert sale.payment.escrow_status == "REFUNDED"
    assert submit_refunds() == 2
    settle(provider, parts[0].id, RefundOutcome.SUCCEEDED)
    assert sale.payment.status == "COMPLETED", "until all of it has arrived"
    settle(provider, parts[1].id, RefundOutcome.FAILED)
    assert sale.payment.status == "REFUNDED", "the rest is in the buyer's wallet"
    assert wallet(sale.buyer) == 7_000
    books_agree()


def test_after_the_release_the_wallet_and_the_commission_give_it_back(
    provider: FakeProvider,
) -> None:
    sale = released(provider)
    given = refund(sale, 10_000)
    assert given.is_all_back
    assert (wallet(sale.seller), receivable(sale), commission()) == (0, 0, 0)
    assert balance(accounts.refund_in_transit(given.id, "EUR")) == 10_000
    assert sale.payment.escrow_status == "RELEASED"
    line = Transaction.objects.get(wallet__user=sale.seller, type="REFUND")
    assert (line.amount_minor, line.wallet_change_minor, line.status) == (
        9_000,
        -9_000,
        "COMPLETED",
    )
    (event,) = recorded("payments.SellerCharged")
    assert (event["wallet_minor"], event["receivable_minor"]) == (9_000, 0)
    submit_refunds()
    settle(provider, given.id, RefundOutcome.SUCCEEDED)
    assert sale.payment.status == "REFUNDED"
    books_agree()


def test_what_the_wallet_does_not_reach_is_owed(provider: FakeProvider) -> None:
    sale = released(provider)
    spend(sale, 7_000)
    refund(sale, 5_000)
    assert (wallet(sale.seller), receivable(sale), commission()) == (0, 2_500, 500)
    line = Transaction.objects.get(wallet__user=sale.seller, type="REFUND")
    assert (line.amount_minor, line.wallet_change_minor) == (4_500, -2_000)
    books_agree()


def test_parts_after_the_release_return_all_of_commission_and_tax(provider: FakeProvider) -> None:
    """Mistake 16: what was frozen comes back, in parts that sum to the whole."""
    sale = make_sale(Money(101, "EUR"), rate_bps=3_333, tax=Money(7, "EUR"))
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    for part in (1, 33, 67):
        refund(sale, part)
    assert (wallet(sale.seller), receivable(sale), commission()) == (0, 0, 0)
    assert get_balance(accounts.tax("DE", "EUR")).is_zero
    books_agree()


def test_of_a_sale_released_in_part_the_held_money_goes_first(provider: FakeProvider) -> None:
    sale = held(provider)
    release(sale, 6_000)
    given = refund(sale, 5_000)
    row = Refund.objects.get(id=given.id)
    assert (row.source, row.from_seller_minor) == ("MIXED", 1_000)
    assert (escrow(sale), wallet(sale.seller), commission()) == (0, 4_500, 500)
    assert sale.payment.escrow_status == "RELEASED"
    assert (given.is_all_back, given.is_last) == (False, True)
    books_agree()


@pytest.mark.parametrize("is_released", [False, True])
def test_more_than_was_paid_is_refused_and_changes_nothing(
    provider: FakeProvider, is_released: bool
) -> None:
    """Mistake 1: two refunds of 60 on a payment of 100."""
    sale = released(provider) if is_released else held(provider)
    refund(sale, 6_000)
    before = everything()
    with pytest.raises(RefundTooLarge):
        refund(sale, 6_000)
    assert everything() == before
    refund(sale, 4_000)
    with pytest.raises(RefundTooLarge):
        refund(sale, 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount": Money(0, "EUR")}, RefundNotPositive),
        ({"amount": Money(-1, "EUR")}, RefundNotPositive),
        ({"amount": Money(1, "USD")}, RefundNotPositive),
        ({"reason": " "}, ReasonMissing),
        ({"order_id": new_id()}, NotFound),
    ],
)
def test_wrong_input_is_refused_and_changes_nothing(
    provider: FakeProvider, changes: dict[str, object], error: type[DomainError]
) -> None:
    sale = held(provider)
    arguments = {
        "refund_id": new_id(),
        "order_id": sale.order_id,
        "amount": Money(1, "EUR"),
        "reason": "Broken",
        "actor": OPERATOR,
        **changes,
    }
    before = everything()
    with pytest.raises(error):
        in_transaction(refund_order, **arguments)
    assert everything() == before


def test_the_amount_is_never_left_out() -> None:
    """Mistake 1: a missing amount read as "all"."""
    with pytest.raises(TypeError):
        in_transaction(
            refund_order, refund_id=new_id(), order_id=new_id(), reason="All", actor=OPERATOR
        )


def test_nothing_is_refunded_before_it_was_paid() -> None:
    sale = make_sale()
    before = everything()
    with pytest.raises(NothingInEscrow):
        refund(sale, 1)
    assert everything() == before


def test_the_same_refund_again_answers_with_the_first(provider: FakeProvider) -> None:
    """Mistake 4: a refund that can be repeated."""
    sale, other = held(provider), held(provider)
    refund_id = new_id()
    first = refund(sale, 3_000, refund_id)
    before = everything()
    assert refund(sale, 3_000, refund_id) == first
    for again, amount in ((sale, 3_001), (other, 3_000)):
        with pytest.raises(OperationReused):
            refund(again, amount, refund_id)
    assert everything() == before


def test_a_refund_after_the_release_that_fails_lands_in_the_buyers_wallet(
    provider: FakeProvider,
) -> None:
    """Mistake 10: a late failure after a success is booked back, not dropped."""
    sale = released(provider)
    given = refund(sale, 4_000)
    submit_refunds()
    settle(provider, given.id, RefundOutcome.SUCCEEDED)
    settle(provider, given.id, RefundOutcome.FAILED)
    assert wallet(sale.buyer) == 4_000
    assert sale.payment.returned_minor == 4_000
    books_agree()


def test_the_next_release_repays_what_the_seller_owes(provider: FakeProvider) -> None:
    first = released(provider)
    spend(first, 9_000)
    refund(first, 5_000)
    assert receivable(first) == 4_500
    second = make_sale(seller=first.seller)
    hold(second, provider)
    release(second, 2_000)
    assert (receivable(first), wallet(first.seller)) == (2_700, 0)
    in_transaction(release_escrow, order_id=second.order_id)
    assert (receivable(first), wallet(first.seller)) == (0, 4_500)
    books_agree()
