"""The provider moved another amount than was asked: a person looks, and nothing is guessed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentReview, Payout, Refund
from marketplace.payments.providers.protocol import PayoutOutcome, RefundOutcome
from marketplace.payments.services import (
    refund_escrow,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.tests.factories import (
    actor_for,
    balance,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db

OTHER_AMOUNTS = (Money(5_999, "EUR"), Money(10_001, "EUR"), Money(6_000, "USD"))


@pytest.mark.parametrize("moved", OTHER_AMOUNTS, ids=str)
def test_a_refund_of_another_amount_is_not_booked_as_ours(
    provider: FakeProvider, moved: Money
) -> None:
    sale = make_sale(Money(6_000, "EUR"))
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    submit_refunds()
    refund = Refund.objects.get(payment_id=sale.payment_id)
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
    provider.refunds[object_id] = replace(provider.refunds[object_id], amount=moved)

    for hours in (1, 3, 9):
        with clock.shifted(timedelta(hours=hours)):
            submit_refunds()

    refund.refresh_from_db()
    assert refund.status == "SUBMITTED"
    assert balance(accounts.refund_in_transit(refund.id, "EUR")) == 6_000
    review = PaymentReview.objects.get()
    assert (review.kind, review.subject_id) == ("WRONG_AMOUNT", refund.id)
    assert (review.amount_minor, review.currency) == (moved.amount_minor, moved.currency)


@pytest.mark.parametrize("moved", OTHER_AMOUNTS, ids=str)
def test_a_payout_of_another_amount_is_not_booked_as_ours(
    provider: FakeProvider, moved: Money
) -> None:
    seller = make_paid_seller(provider)
    payout_id = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    ).id
    submit_payouts()
    object_id = provider.settle_payout(str(payout_id), PayoutOutcome.PAID)
    provider.payouts[object_id] = replace(provider.payouts[object_id], amount=moved)

    for hours in (1, 3, 9):
        with clock.shifted(timedelta(hours=hours)):
            submit_payouts()

    assert Payout.objects.get(id=payout_id).status == "SENT"
    assert wallet(seller) == 4_000
    review = PaymentReview.objects.get()
    assert (review.kind, review.subject_id) == ("WRONG_AMOUNT", payout_id)
    assert (review.amount_minor, review.currency) == (moved.amount_minor, moved.currency)
