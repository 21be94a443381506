"""What the buyer's own wallet pays: at once, whole, and back into it when it is refunded."""

import pytest

from marketplace.core.errors import DomainError, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.payments.errors import (
    IdempotencyKeyReused,
    InsufficientBalance,
    PaymentAlreadyPaid,
    PaymentVoided,
    WalletInactive,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.models import (
    LedgerJournal,
    PaymentReview,
    Refund,
    Transaction,
    Wallet,
)
from marketplace.payments.projections import check_projections
from marketplace.payments.services import (
    HoldOutcome,
    hold_captured_funds,
    refund_escrow,
    release_escrow,
    submit_refunds,
    void_payment,
)
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    balance,
    capture,
    escrow,
    everything,
    fill_wallet,
    in_transaction,
    make_sale,
    pay_by_wallet,
    report_capture,
    start,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(provider: FakeProvider) -> Sale:
    """A sale of 100.00 EUR whose buyer has as much in the wallet."""
    sale = make_sale()
    fill_wallet(sale.buyer, provider)
    provider.calls.clear()
    return sale


def refuses(sale: Sale, error: type[DomainError], key: str = "wallet-1") -> None:
    before = everything()
    with pytest.raises(error):
        pay_by_wallet(sale, key)
    assert everything() == before


def test_the_wallet_pays_into_escrow_and_nobody_is_asked(
    sale: Sale, provider: FakeProvider
) -> None:
    pay_by_wallet(sale)

    payment = sale.payment
    assert (payment.status, payment.escrow_status) == ("COMPLETED", "IN_ESCROW")
    assert (payment.payment_method, payment.payment_provider) == ("wallet", "wallet")
    assert payment.must_settle_before is None
    assert (escrow(sale), wallet(sale.buyer)) == (10_000, 0)
    assert provider.calls == []
    assert LedgerJournal.objects.get(reference_id=sale.order_id).kind == "wallet_payment"
    assert recorded("payments.FundsHeld")[-1]["order_id"] == str(sale.order_id)


def test_the_statement_says_that_the_wallet_has_less(sale: Sale) -> None:
    pay_by_wallet(sale)

    line = Transaction.objects.get(payment_id=sale.payment_id)
    assert (line.type, line.status) == ("ESCROW_HOLD", "COMPLETED")
    assert (line.amount_minor, line.wallet_change_minor) == (10_000, -10_000)


def test_the_events_make_the_same_rows(sale: Sale) -> None:
    pay_by_wallet(sale)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Sent back")

    assert check_projections().differences == []


def test_the_same_key_again_pays_once(sale: Sale) -> None:
    first = pay_by_wallet(sale)
    before = everything()

    assert pay_by_wallet(sale) == first
    assert everything() == before


def test_another_key_is_told_that_it_is_paid(sale: Sale) -> None:
    pay_by_wallet(sale)

    refuses(sale, PaymentAlreadyPaid, key="wallet-2")


def test_the_key_of_a_card_attempt_is_not_taken_again(sale: Sale, provider: FakeProvider) -> None:
    start(sale, key="one-key")

    refuses(sale, IdempotencyKeyReused, key="one-key")


def test_the_key_of_the_wallet_begins_no_card_attempt(sale: Sale, provider: FakeProvider) -> None:
    pay_by_wallet(sale)
    before = everything()

    with pytest.raises(IdempotencyKeyReused):
        start(sale, key="wallet-1")

    assert everything() == before


def test_only_the_buyer_pays(sale: Sale) -> None:
    sale.buyer, buyer = sale.seller, sale.buyer

    refuses(sale, NotFound)

    sale.buyer = buyer


def test_too_little_money_changes_nothing(provider: FakeProvider) -> None:
    sale = make_sale()
    fill_wallet(sale.buyer, provider, Money(9_999, "EUR"))

    refuses(sale, InsufficientBalance)


def test_money_in_another_currency_does_not_count(provider: FakeProvider) -> None:
    sale = make_sale()
    fill_wallet(sale.buyer, provider, Money(50_000, "USD"))

    refuses(sale, InsufficientBalance)


def test_somebody_without_a_wallet_has_too_little(provider: FakeProvider) -> None:
    refuses(make_sale(), InsufficientBalance)


def test_a_suspended_wallet_pays_nothing(sale: Sale) -> None:
    Wallet.objects.filter(user=sale.buyer).update(is_active=False)

    refuses(sale, WalletInactive)


def test_an_order_that_has_ended_is_not_paid(sale: Sale) -> None:
    in_transaction(void_payment, order_id=sale.order_id)

    refuses(sale, PaymentVoided)


def test_a_collected_card_payment_is_not_paid_a_second_time(
    sale: Sale, provider: FakeProvider
) -> None:
    capture(sale, provider)

    refuses(sale, PaymentAlreadyPaid)


def test_a_card_attempt_that_was_open_is_a_second_payment_when_it_is_collected(
    sale: Sale, provider: FakeProvider
) -> None:
    attempt_id = start(sale).attempt_id
    pay_by_wallet(sale)

    report_capture(provider, attempt_id)
    outcome = in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)

    assert outcome is HoldOutcome.IN_REVIEW
    assert PaymentReview.objects.get().kind == "DOUBLED_CAPTURE"
    assert escrow(sale) == 10_000
    payment = sale.payment
    assert (payment.payment_method, payment.provider_transaction_id) == ("wallet", "")
    assert check_projections().differences == []


def test_a_declined_card_attempt_takes_nothing_back(sale: Sale, provider: FakeProvider) -> None:
    from marketplace.payments.providers.protocol import PaymentOutcome
    from marketplace.payments.services.record_attempt_outcome import record_attempt_observed

    attempt_id = start(sale).attempt_id
    pay_by_wallet(sale)

    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.DECLINED)
    record_attempt_observed(attempt_id=attempt_id, observed=provider.payments[object_id])

    assert (sale.payment.status, sale.payment.escrow_status) == ("COMPLETED", "IN_ESCROW")


def test_a_refund_is_in_the_wallet_at_once(sale: Sale, provider: FakeProvider) -> None:
    pay_by_wallet(sale)

    in_transaction(refund_escrow, order_id=sale.order_id, reason="Sent back")

    refund = Refund.objects.get()
    assert (refund.provider, refund.status) == ("wallet", "SUCCEEDED")
    assert refund.next_check_at is None
    assert sale.payment.status == "REFUNDED"
    assert (escrow(sale), wallet(sale.buyer)) == (0, 10_000)
    assert balance(accounts.refund_in_transit(refund.id, "EUR")) == 0
    assert len(recorded("payments.RefundRequested")) == len(recorded("payments.RefundSucceeded"))
    assert (submit_refunds(), provider.calls) == (0, [])
    line = Transaction.objects.get(subject_id=refund.id)
    assert (line.type, line.status, line.wallet_change_minor) == ("REFUND", "COMPLETED", 10_000)


def test_a_suspended_wallet_still_gets_its_refund(sale: Sale) -> None:
    pay_by_wallet(sale)
    Wallet.objects.filter(user=sale.buyer).update(is_active=False)

    in_transaction(refund_escrow, order_id=sale.order_id, reason="Sent back")

    assert wallet(sale.buyer) == 10_000


def test_the_seller_gets_the_same_as_from_a_card(sale: Sale) -> None:
    pay_by_wallet(sale)

    in_transaction(release_escrow, order_id=sale.order_id)

    assert (wallet(sale.seller), escrow(sale)) == (9_000, 0)
    assert actor_for(sale.buyer).user_id == sale.payment.user_id
