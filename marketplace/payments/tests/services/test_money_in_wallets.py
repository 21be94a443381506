"""What is in a wallet can be used, however it came there; and what came back is the buyer's."""

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import FundsOnHold, RefundTooLarge, TopUpDayLimitReached
from marketplace.payments.ledger import accounts
from marketplace.payments.models import (
    PayoutPolicy,
    Refund,
    TopUp,
    TopUpLimit,
)
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import RefundOutcome
from marketplace.payments.services import (
    refund_escrow,
    refund_order,
    release_escrow,
    submit_refunds,
)
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    balance,
    escrow,
    everything,
    fill_wallet,
    hold,
    in_transaction,
    make_bank_account,
    make_sale,
    make_user,
    pay_by_wallet,
    start_top_up,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
OPERATOR = Actor.user(new_id(), Role.ADMIN)


def give_back(sale: Sale, minor: int, refund_id: Any = None) -> Any:
    return in_transaction(
        refund_order,
        refund_id=refund_id or new_id(),
        order_id=sale.order_id,
        amount=Money(minor, "EUR"),
        reason="A scratch",
        actor=OPERATOR,
    )


@pytest.fixture
def buyer(provider: FakeProvider) -> User:
    """Whose card took no refund: 100.00 EUR were put into the wallet instead."""
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Not sent")
    submit_refunds()
    refund = Refund.objects.get()
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.FAILED)
    record_refund_observed(refund_id=refund.id, observed=provider.refunds[object_id])
    assert wallet(sale.buyer) == 10_000
    return sale.buyer


def test_what_a_failed_refund_left_can_be_withdrawn(buyer: User) -> None:
    account = make_bank_account(buyer)

    withdraw_approved(
        actor=actor_for(buyer),
        amount=Money(10_000, "EUR"),
        bank_account_id=account.id,
        idempotency_key="out",
    )

    assert wallet(buyer) == 0


def test_what_a_failed_refund_left_can_be_spent(buyer: User) -> None:
    sale = make_sale(buyer=buyer)

    pay_by_wallet(sale)

    assert (wallet(buyer), escrow(sale)) == (0, 10_000)


@pytest.fixture
def paid(provider: FakeProvider) -> Sale:
    """A sale of 100.00 EUR at 10 % that the buyer's wallet has paid."""
    sale = make_sale()
    fill_wallet(sale.buyer, provider)
    pay_by_wallet(sale)
    provider.calls.clear()
    return sale


def test_parts_go_back_into_the_wallet_before_the_release(
    paid: Sale, provider: FakeProvider
) -> None:
    give_back(paid, 2_500)
    give_back(paid, 500)

    assert (wallet(paid.buyer), escrow(paid)) == (3_000, 7_000)
    assert set(Refund.objects.values_list("provider", "status")) == {("wallet", "SUCCEEDED")}
    assert provider.calls == []
    in_transaction(release_escrow, order_id=paid.order_id)
    assert wallet(paid.seller) == 6_300
    assert check_projections().differences == []


def test_parts_go_back_into_the_wallet_after_the_release(
    paid: Sale, provider: FakeProvider
) -> None:
    in_transaction(release_escrow, order_id=paid.order_id)

    give_back(paid, 4_000)

    assert (wallet(paid.buyer), wallet(paid.seller)) == (4_000, 5_400)
    assert provider.calls == []
    assert check_projections().differences == []


def test_all_of_it_in_parts_makes_the_payment_refunded(paid: Sale) -> None:
    for minor in (3_333, 3_333, 3_334):
        give_back(paid, minor)

    assert (paid.payment.status, paid.payment.escrow_status) == ("REFUNDED", "REFUNDED")
    assert wallet(paid.buyer) == 10_000
    assert [balance(accounts.refund_in_transit(r.id, "EUR")) for r in Refund.objects.all()] == [
        0
    ] * 3


def test_the_same_part_again_is_given_back_once(paid: Sale) -> None:
    refund_id = new_id()
    give_back(paid, 1_000, refund_id)
    before = everything()

    give_back(paid, 1_000, refund_id)

    assert everything() == before


def test_more_than_was_paid_is_not_given_back(paid: Sale) -> None:
    give_back(paid, 6_000)
    refuses(RefundTooLarge, lambda: give_back(paid, 4_001))


def refuses(error: type[DomainError], command: Callable[[], Any]) -> None:
    before = everything()
    with pytest.raises(error):
        command()
    assert everything() == before


def test_what_is_held_back_after_a_sale_cannot_be_spent_either(provider: FakeProvider) -> None:
    sale = make_sale(Money(6_000, "EUR"))
    PayoutPolicy.objects.update(reserve_bps=5_000, reserve_days=30)
    fill_wallet(sale.buyer, provider)

    refuses(FundsOnHold, lambda: pay_by_wallet(sale))

    cheaper = make_sale(Money(5_000, "EUR"), buyer=sale.buyer)
    pay_by_wallet(cheaper)
    assert wallet(sale.buyer) == 5_000


@pytest.mark.django_db(transaction=True)
def test_two_refunds_of_a_wallet_at_once_never_give_back_more(provider: FakeProvider) -> None:
    sale = make_sale()
    fill_wallet(sale.buyer, provider)
    pay_by_wallet(sale)

    outcomes = at_once(*(lambda: give_back(sale, 6_000) for _ in range(2)))

    assert len(refused(outcomes)) == 1
    assert (wallet(sale.buyer), escrow(sale)) == (6_000, 4_000)


@pytest.mark.django_db(transaction=True)
def test_a_top_up_asked_twice_at_once_is_one(provider: FakeProvider) -> None:
    user = make_user()

    outcomes = at_once(*(lambda: start_top_up(user) for _ in range(3)))

    assert len({outcome.id for outcome in outcomes}) == 1
    assert (TopUp.objects.count(), len(provider.payments)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_top_ups_at_once_stay_within_the_day_together(provider: FakeProvider) -> None:
    TopUpLimit.objects.filter(currency="EUR").update(per_day_minor=100_000)
    user, amount = make_user(), Money(60_000, "EUR")

    outcomes = at_once(*(lambda k=key: start_top_up(user, amount, key=k) for key in "ab"))

    assert [type(error) for error in refused(outcomes)] == [TopUpDayLimitReached]
    assert TopUp.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_capture_told_twice_at_once_is_credited_once(provider: FakeProvider) -> None:
    from marketplace.payments.providers.protocol import PaymentOutcome

    user = make_user()
    top_up = start_top_up(user)
    seen = provider.payments[provider.settle_payment(str(top_up.id), PaymentOutcome.CAPTURED)]

    at_once(*(lambda: record_top_up_observed(top_up_id=top_up.id, observed=seen) for _ in range(3)))

    assert wallet(user) == 10_000
    assert check_projections().differences == []
