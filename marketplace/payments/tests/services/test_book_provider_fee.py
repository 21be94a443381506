from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection, transaction

from marketplace.core.errors import InvalidInput
from marketplace.core.money import Money
from marketplace.payments.audits import check_clearing_equals_providers
from marketplace.payments.errors import ProviderFeeDiffers
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import LedgerEntry, LedgerJournal, PaymentReview
from marketplace.payments.providers.protocol import PaymentOutcome, ProviderPayment
from marketplace.payments.services import book_provider_fee, hold_captured_funds
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed
from marketplace.payments.tests.factories import in_transaction, make_sale, start
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once

pytestmark = pytest.mark.django_db
FEE = Money(180, "EUR")


def fees() -> list[tuple[str, int]]:
    """Every leg of every fee journal."""
    legs = LedgerEntry.objects.filter(journal__kind="provider_fee").order_by("id")
    return list(legs.values_list("account__code", "amount_minor"))


def book(provider_payment_id: str = "pay_1", amount: Money = FEE) -> bool:
    return in_transaction(
        book_provider_fee,
        provider="sandbox",
        provider_payment_id=provider_payment_id,
        payment_id=None,
        amount=amount,
    )


def test_a_fee_that_comes_with_the_capture_is_booked_once_for_the_order(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED, fee=FEE)
    for _ in range(2):
        record_attempt_observed(attempt_id=attempt_id, observed=provider.payments[object_id])
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)

    assert fees() == [("expense:psp_fee", 180), ("psp:sandbox:clearing", -180)]
    journal = LedgerJournal.objects.get(kind="provider_fee")
    assert journal.business_key == f"psp-fee:sandbox:{object_id}"
    assert journal.reference_id == sale.order_id
    assert list(check_clearing_equals_providers(Tally())) == []


def test_a_fee_that_becomes_known_later_is_booked_then(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    record_attempt_observed(attempt_id=attempt_id, observed=provider.payments[object_id])
    assert fees() == []
    # The provider's report tells of it, and so does its next answer.
    assert book(object_id)
    told = replace(provider.payments[object_id], fee=FEE)
    assert record_attempt_observed(attempt_id=attempt_id, observed=told) == "nothing new"
    assert LedgerJournal.objects.get(kind="provider_fee").reference_id == sale.order_id


def test_another_fee_for_the_same_payment_is_refused_and_changes_nothing() -> None:
    assert book()
    before = fees()
    with pytest.raises(ProviderFeeDiffers, match=r"1\.80 EUR was booked"):
        book(amount=Money(181, "EUR"))
    assert not book()
    assert fees() == before


def test_a_capture_counts_although_its_fee_differs(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED, fee=FEE)
    book(object_id, Money(1, "EUR"))
    observed = provider.payments[object_id]
    assert record_attempt_observed(attempt_id=attempt_id, observed=observed) == "captured"


def test_money_that_fits_no_payment_costs_its_fee_too(provider: FakeProvider) -> None:
    stray = ProviderPayment(
        "pay_stray", "no reference", PaymentOutcome.CAPTURED, Money(5_000, "EUR"), fee=FEE
    )
    book_unmatched_capture(provider="sandbox", observed=stray)
    book_unmatched_capture(provider="sandbox", observed=stray)
    assert fees() == [("expense:psp_fee", 180), ("psp:sandbox:clearing", -180)]
    assert PaymentReview.objects.count() == 1


def test_money_that_fits_no_payment_is_booked_although_its_fee_differs() -> None:
    book("pay_9", Money(1, "EUR"))
    stray = ProviderPayment("pay_9", "?", PaymentOutcome.CAPTURED, Money(10_000, "EUR"), fee=FEE)
    assert book_unmatched_capture(provider="sandbox", observed=stray) == "put into suspense"
    assert PaymentReview.objects.get().amount_minor == 10_000
    assert LedgerJournal.objects.filter(kind="provider_fee").count() == 1


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_fee_is_more_than_zero(amount_minor: int) -> None:
    with pytest.raises(InvalidInput):
        book(amount=Money(amount_minor, "EUR"))
    assert fees() == []


@pytest.mark.django_db(transaction=True)
def test_a_webhook_and_a_report_at_the_same_moment_book_it_once(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED, fee=FEE)
    observed = provider.payments[object_id]

    def report() -> bool:
        with transaction.atomic():
            return book(object_id)

    commands: list[Callable[[], object]] = [
        lambda: record_attempt_observed(attempt_id=attempt_id, observed=observed),
        report,
    ]
    captured, booked = at_once(*commands)
    assert captured == "captured"
    assert booked in (True, False)
    assert fees() == [("expense:psp_fee", 180), ("psp:sandbox:clearing", -180)]
    connection.close()
