"""``refund_escrow`` and what the provider makes of it."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.payments.errors import (
    EscrowAlreadyRefunded,
    EscrowAlreadyReleased,
    NothingInEscrow,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.models import PaymentReview, Refund, Transaction
from marketplace.payments.providers.protocol import (
    ProviderDeclined,
    ProviderUnknown,
    RefundOutcome,
)
from marketplace.payments.services import refund_escrow, release_escrow, submit_refunds
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    Sale,
    balance,
    escrow,
    everything,
    hold,
    in_transaction,
    make_sale,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


def refunding(provider: FakeProvider) -> tuple[Sale, Refund]:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled by the seller")
    return sale, Refund.objects.get(payment_id=sale.payment_id)


def settle(provider: FakeProvider, refund: Refund, outcome: RefundOutcome) -> str:
    object_id = provider.settle_refund(str(refund.id), outcome)
    said = record_refund_observed(
        refund_id=refund.id,
        observed=provider.refunds[object_id],
        known_standing=refund.standing,
    )
    refund.refresh_from_db()
    return said


def in_transit(refund: Refund) -> int:
    return balance(accounts.refund_in_transit(refund.id, "EUR"))


def test_the_money_leaves_escrow_for_the_buyer(provider: FakeProvider) -> None:
    sale, refund = refunding(provider)
    assert escrow(sale) == 0
    assert in_transit(refund) == 10_000
    assert sale.payment.escrow_status == "REFUNDED"
    assert sale.payment.status == "COMPLETED", "until the money has arrived"
    assert provider.calls.count("refund") == 0, "the provider is called by the job alone"
    assert submit_refunds() == 1
    refund.refresh_from_db()
    assert refund.status == "SUBMITTED"
    assert settle(provider, refund, RefundOutcome.SUCCEEDED) == "succeeded"
    assert in_transit(refund) == 0
    assert sale.payment.status == "REFUNDED"
    assert len(recorded("payments.RefundSucceeded")) == 1
    line = Transaction.objects.get(type="REFUND")
    assert (line.status, line.wallet_change_minor) == ("COMPLETED", 0)


def test_a_second_refund_is_refused_and_changes_nothing(provider: FakeProvider) -> None:
    """Mistake 1: the cap is checked under the payment's lock."""
    sale, _ = refunding(provider)
    before = everything()
    with pytest.raises(EscrowAlreadyRefunded):
        in_transaction(refund_escrow, order_id=sale.order_id, reason="Again")
    assert everything() == before


def test_a_refund_after_the_release_is_refused_and_changes_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    before = everything()
    with pytest.raises(EscrowAlreadyReleased):
        in_transaction(refund_escrow, order_id=sale.order_id, reason="Too late")
    assert everything() == before


def test_nothing_is_refunded_before_the_buyer_paid(provider: FakeProvider) -> None:
    sale = make_sale()
    before = everything()
    with pytest.raises(NothingInEscrow):
        in_transaction(refund_escrow, order_id=sale.order_id, reason="Never paid")
    with pytest.raises(NotFound):
        in_transaction(refund_escrow, order_id=new_id(), reason="Unknown")
    assert everything() == before


def test_a_refund_that_fails_lands_in_the_buyers_wallet(provider: FakeProvider) -> None:
    sale, refund = refunding(provider)
    submit_refunds()
    settle(provider, refund, RefundOutcome.FAILED)
    assert (in_transit(refund), wallet(sale.buyer)) == (0, 10_000)
    assert refund.status == "FAILED"
    assert sale.payment.status == "REFUNDED"
    lines = dict(Transaction.objects.filter(subject_id=refund.id).values_list("type", "status"))
    assert lines == {"REFUND": "FAILED", "DEPOSIT": "COMPLETED"}


def test_a_refund_that_the_provider_refuses_lands_in_the_buyers_wallet(
    provider: FakeProvider,
) -> None:
    sale, refund = refunding(provider)
    provider.fail_next = [ProviderDeclined("no", code="card_closed")]
    submit_refunds()
    refund.refresh_from_db()
    assert (refund.status, refund.failure_code) == ("FAILED", "card_closed")
    assert wallet(sale.buyer) == 10_000


def test_a_late_failure_after_success_is_not_dropped(provider: FakeProvider) -> None:
    """Mistake 10: the row already said success."""
    sale, refund = refunding(provider)
    submit_refunds()
    settle(provider, refund, RefundOutcome.SUCCEEDED)
    settle(provider, refund, RefundOutcome.FAILED)
    assert (in_transit(refund), wallet(sale.buyer)) == (0, 10_000)
    assert refund.status == "FAILED"
    before = everything()
    assert settle(provider, refund, RefundOutcome.FAILED) == "nothing new"
    assert everything() == before


def test_a_success_after_a_failure_is_a_shortage_for_a_person(provider: FakeProvider) -> None:
    sale, refund = refunding(provider)
    submit_refunds()
    settle(provider, refund, RefundOutcome.FAILED)
    assert settle(provider, refund, RefundOutcome.SUCCEEDED) == "contradicted"
    assert wallet(sale.buyer) == 10_000
    assert PaymentReview.objects.get().kind == "REFUND_CONTRADICTION"
    before = everything()
    assert settle(provider, refund, RefundOutcome.SUCCEEDED) == "nothing new"
    assert everything() == before


def test_an_open_answer_after_the_end_moves_nothing_backwards(provider: FakeProvider) -> None:
    _, refund = refunding(provider)
    submit_refunds()
    settle(provider, refund, RefundOutcome.SUCCEEDED)
    before = everything()
    assert settle(provider, refund, RefundOutcome.OPEN) == "nothing new"
    assert everything() == before


def test_a_lost_answer_is_asked_for_and_never_sent_twice(provider: FakeProvider) -> None:
    """Mistake 3."""
    _, refund = refunding(provider)
    provider.lose_next_answers = 1
    submit_refunds()
    refund.refresh_from_db()
    assert refund.status == "UNKNOWN"
    with clock.shifted(timedelta(minutes=5)):
        submit_refunds()
    refund.refresh_from_db()
    assert refund.status == "SUBMITTED"
    assert provider.calls.count("refund") == 1
    assert len(provider.refunds) == 1


def test_a_call_that_never_arrived_is_sent_again(provider: FakeProvider) -> None:
    _, refund = refunding(provider)
    provider.fail_next = [ProviderUnknown("unreachable")]
    submit_refunds()
    with clock.shifted(timedelta(minutes=5)):
        submit_refunds()
    refund.refresh_from_db()
    assert refund.status == "SUBMITTED"


def test_a_lost_webhook_is_made_up_for_by_asking(provider: FakeProvider) -> None:
    _, refund = refunding(provider)
    submit_refunds()
    provider.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
    with clock.shifted(timedelta(hours=2)):
        assert submit_refunds() == 1
    refund.refresh_from_db()
    assert (refund.status, refund.next_check_at) == ("SUCCEEDED", None)
