"""Two real connections at once."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.models import (
    LedgerJournal,
    PaymentAttempt,
    PaymentEvent,
    Payout,
    ProviderWebhook,
    Refund,
    Wallet,
)
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import PaymentOutcome
from marketplace.payments.services import (
    hold_captured_funds,
    process_webhooks,
    receive_webhook,
    refund_escrow,
    release_escrow,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.tests.factories import (
    actor_for,
    balance,
    capture,
    escrow,
    hold,
    make_bank_account,
    make_paid_seller,
    make_sale,
    refund,
    release,
    start,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*commands: Callable[[], Any]) -> list[Any]:
    """Run each command on a connection of its own, all released at one moment.

    Returns what each returned, or the error it raised.
    """
    gate = threading.Barrier(len(commands))
    outcomes: list[Any] = [None] * len(commands)

    def run(number: int, command: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=10)
            outcomes[number] = command()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcomes[number] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(number, command))
        for number, command in enumerate(commands)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def inside(command: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
    def run() -> Any:
        with transaction.atomic():
            return command(**arguments)

    return run


def refused(outcomes: list[Any]) -> list[Any]:
    unexpected = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Exception) and not isinstance(outcome, DomainError)
    ]
    assert unexpected == []
    return [outcome for outcome in outcomes if isinstance(outcome, DomainError)]


@pytest.mark.parametrize("_round", range(5))
def test_release_against_refund_exactly_one_wins(provider: FakeProvider, _round: int) -> None:
    """Mistake 2: the same money is never paid out twice."""
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(
        inside(release_escrow, order_id=sale.order_id),
        inside(refund_escrow, order_id=sale.order_id, reason="Cancelled"),
    )
    assert len(refused(outcomes)) == 1
    assert escrow(sale) == 0
    released = wallet(sale.seller) == 9_000
    assert released != Refund.objects.filter(payment_id=sale.payment_id).exists()
    assert check_projections().differences == []


def test_two_refunds_at_once_give_back_once(provider: FakeProvider) -> None:
    """Mistake 1: the refund cap checked outside the lock."""
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(*[inside(refund_escrow, order_id=sale.order_id, reason="Cancelled")] * 4)
    assert len(refused(outcomes)) == 3
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("is_released", [False, True])
def test_refunds_of_sixty_at_once_give_back_sixty(
    provider: FakeProvider, is_released: bool
) -> None:
    """Mistakes 1 and 6: the cap is checked under the lock, on what is read there."""
    sale = make_sale()
    hold(sale, provider)
    if is_released:
        inside(release_escrow, order_id=sale.order_id)()
    outcomes = at_once(*[partial(refund, sale, 6_000)] * 3)
    assert [error.code for error in refused(outcomes)] == ["refund_too_large"] * 2
    assert [row.amount_minor for row in Refund.objects.all()] == [6_000]
    assert check_projections().differences == []


@pytest.mark.parametrize("_round", range(3))
def test_parts_released_and_refunded_at_once_stay_within_the_capture(
    provider: FakeProvider, _round: int
) -> None:
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(
        partial(release, sale, 4_000),
        partial(refund, sale, 4_000),
        partial(release, sale, 4_000),
        partial(refund, sale, 4_000),
    )
    payment = sale.payment
    moved = payment.released_minor + payment.refunded_minor
    assert escrow(sale) == 10_000 - moved
    assert escrow(sale) >= 0
    assert len(refused(outcomes)) <= 2
    assert check_projections().differences == []


def test_the_same_refund_at_once_is_one(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    refund_id = new_id()
    outcomes = at_once(*[partial(refund, sale, 3_000, refund_id)] * 4)
    assert refused(outcomes) == []
    assert escrow(sale) == 7_000


def test_refunds_of_two_sales_of_one_seller_at_once_empty_the_wallet_once(
    provider: FakeProvider,
) -> None:
    first = make_sale()
    second = make_sale(seller=first.seller)
    for sale in (first, second):
        hold(sale, provider)
        inside(release_escrow, order_id=sale.order_id)()
    withdraw_approved(
        actor=actor_for(first.seller),
        amount=Money(10_000, "EUR"),
        bank_account_id=make_bank_account(first.seller).id,
        idempotency_key="w",
    )
    outcomes = at_once(partial(refund, first, 10_000), partial(refund, second, 10_000))
    assert refused(outcomes) == []
    assert wallet(first.seller) == 0
    owed = balance(accounts.seller_receivable(first.seller.pk, "EUR"))
    assert owed == 10_000


def test_two_releases_at_once_pay_once(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(*[inside(release_escrow, order_id=sale.order_id)] * 4)
    assert len(refused(outcomes)) == 3
    assert wallet(sale.seller) == 9_000


def test_two_holds_at_once_book_once(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = capture(sale, provider)
    outcomes = at_once(
        *[inside(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)] * 4
    )
    assert refused(outcomes) == []
    assert sorted(outcomes) == ["ALREADY_HELD"] * 3 + ["HELD"]
    assert LedgerJournal.objects.count() == 1


def test_the_same_webhook_twice_at_once_is_kept_once(provider: FakeProvider) -> None:
    """Mistake 9: the refund recorded two or three times."""

    def receive() -> bool:
        return receive_webhook(
            provider="sandbox",
            body=b"evt_1 payment.succeeded pay_1",
            headers={"Fake-Signature": "signed"},
        )

    outcomes = at_once(*[receive] * 6)
    assert refused(outcomes) == []
    assert ProviderWebhook.objects.count() == 1


def test_two_workers_share_the_webhooks_and_report_once(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    for number in range(8):
        receive_webhook(
            provider="sandbox",
            body=f"evt_{number} payment.succeeded {object_id}".encode(),
            headers={"Fake-Signature": "signed"},
        )
    outcomes = at_once(process_webhooks, process_webhooks)
    assert refused(outcomes) == []
    process_webhooks()
    assert set(ProviderWebhook.objects.values_list("state", flat=True)) == {"PROCESSED"}
    captures = PaymentEvent.objects.filter(type="CaptureConfirmed")
    assert captures.count() == 1


def test_withdrawing_twice_over_the_balance_succeeds_once(provider: FakeProvider) -> None:
    """Mistakes 4 and 6: decided under the lock, on what is read there."""
    seller = make_paid_seller(provider)
    account = make_bank_account(seller)

    def withdraw(key: str) -> Callable[[], Any]:
        return lambda: withdraw_approved(
            actor=actor_for(seller),
            amount=Money(6_000, "EUR"),
            bank_account_id=account.id,
            idempotency_key=key,
        )

    outcomes = at_once(withdraw("a"), withdraw("b"), withdraw("c"))
    assert [error.code for error in refused(outcomes)] == ["insufficient_balance"] * 2
    assert wallet(seller) == 4_000
    assert Payout.objects.count() == 1
    assert check_projections().differences == []


def test_the_same_withdrawal_sent_at_once_is_one(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    account = make_bank_account(seller)

    def withdraw() -> Any:
        return withdraw_approved(
            actor=actor_for(seller),
            amount=Money(1_000, "EUR"),
            bank_account_id=account.id,
            idempotency_key="same",
        )

    outcomes = at_once(*[withdraw] * 6)
    assert refused(outcomes) == []
    assert len({outcome.id for outcome in outcomes}) == 1
    assert wallet(seller) == 9_000


def test_two_windows_open_one_attempt(provider: FakeProvider) -> None:
    sale = make_sale()
    outcomes = at_once(lambda: start(sale, "a"), lambda: start(sale, "b"))
    assert refused(outcomes) == []
    assert len({outcome.next_action["url"] for outcome in outcomes}) == 1
    assert PaymentAttempt.objects.count() == 1
    assert len(provider.payments) == 1


def test_two_workers_send_a_refund_and_a_payout_once(provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    withdraw_approved(
        actor=actor_for(seller),
        amount=Money(1_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w",
    )
    sale = make_sale()
    hold(sale, provider)
    inside(refund_escrow, order_id=sale.order_id, reason="Cancelled")()
    outcomes = at_once(submit_refunds, submit_refunds, submit_payouts, submit_payouts)
    assert sorted(outcomes) == [0, 0, 1, 1]
    assert (provider.calls.count("refund"), provider.calls.count("pay_out")) == (1, 1)


def test_two_first_sales_open_one_wallet(provider: FakeProvider) -> None:
    first = make_sale()
    second = make_sale(seller=first.seller, buyer=first.buyer)
    attempts = [capture(sale, provider) for sale in (first, second)]
    outcomes = at_once(
        *[
            inside(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt)
            for sale, attempt in zip((first, second), attempts, strict=True)
        ]
    )
    assert refused(outcomes) == []
    assert Wallet.objects.filter(user=first.seller).count() == 1
