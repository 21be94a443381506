"""Two workers ask the provider about one thing, and the older answer is recorded last.

Between an answer and its recording a worker may be held up for any time. An older answer that is
recorded after a newer one is no contradiction of the provider's, and books nothing.
"""

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.models import LedgerEntry, PaymentReview, Payout, Refund
from marketplace.payments.providers.protocol import PayoutOutcome, RefundOutcome
from marketplace.payments.services import (
    process_webhooks,
    receive_webhook,
    refund_escrow,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    actor_for,
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


def held_up(monkeypatch: pytest.MonkeyPatch, provider: Any, name: str, meanwhile: Any) -> None:
    """The next call of ``name`` gets its answer; then ``meanwhile`` happens; then it returns."""
    ask: Callable[[str], Any] = getattr(provider, name)
    happened: list[bool] = []

    def slow(object_id: str) -> Any:
        answer = ask(object_id)
        if not happened:
            happened.append(True)
            meanwhile()
        return answer

    monkeypatch.setattr(provider, name, slow)


def webhook(body: str) -> None:
    receive_webhook(provider="sandbox", body=body.encode(), headers={"Fake-Signature": "signed"})


def clearing() -> int:
    entries = LedgerEntry.objects.filter(account__code=accounts.psp_clearing("sandbox", "EUR").code)
    return sum(entries.values_list("amount_minor", flat=True))


def test_an_old_success_after_a_failed_refund_books_nothing(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    submit_refunds()
    refund = Refund.objects.get(payment_id=sale.payment_id)
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)

    def another_worker_learns_of_the_failure() -> None:
        provider.settle_refund(str(refund.id), RefundOutcome.FAILED)
        record_refund_observed(refund_id=refund.id, observed=provider.refunds[object_id])

    held_up(monkeypatch, provider, "fetch_refund", another_worker_learns_of_the_failure)
    webhook(f"evt_1 refund.succeeded {object_id}")
    process_webhooks()

    refund.refresh_from_db()
    assert refund.status == "FAILED"
    assert wallet(sale.buyer) == 10_000
    assert not PaymentReview.objects.exists()
    assert [Money(clearing(), "EUR")] == provider.read_balances()


def test_an_old_payment_after_a_failed_payout_books_nothing(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
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

    def another_worker_learns_of_the_failure() -> None:
        provider.settle_payout(str(payout_id), PayoutOutcome.FAILED)
        record_payout_observed(payout_id=payout_id, observed=provider.payouts[object_id])

    held_up(monkeypatch, provider, "fetch_payout", another_worker_learns_of_the_failure)
    webhook(f"evt_1 payout.paid {object_id}")
    process_webhooks()

    assert Payout.objects.get(id=payout_id).status == "FAILED"
    assert wallet(seller) == 10_000
    assert not PaymentReview.objects.exists()
    assert [Money(clearing(), "EUR")] == provider.read_balances()


def test_a_payout_that_is_paid_after_it_was_returned_is_a_shortage(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    payout_id = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    ).id
    submit_payouts()
    for number, outcome in enumerate(
        (PayoutOutcome.PAID, PayoutOutcome.RETURNED, PayoutOutcome.PAID, PayoutOutcome.PAID)
    ):
        object_id = provider.settle_payout(str(payout_id), outcome)
        webhook(f"evt_{number} payout.{outcome} {object_id}")
        process_webhooks()

    assert wallet(seller) == 10_000
    assert PaymentReview.objects.filter(kind="PAYOUT_CONTRADICTION").count() == 1
    assert [Money(clearing(), "EUR")] == provider.read_balances()
