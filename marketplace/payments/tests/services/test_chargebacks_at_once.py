"""A chargeback against everything else that moves the money, on two real connections."""

from functools import partial

import pytest
from django.db import transaction

from marketplace.core.money import Money
from marketplace.payments.audits import check_payments_equal_their_accounts
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import Chargeback, LedgerJournal, PaymentReview
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import ChargebackOutcome
from marketplace.payments.services import release_escrow
from marketplace.payments.services.record_chargeback import record_chargeback_observed
from marketplace.payments.tests.factories import (
    Sale,
    balance,
    hold,
    make_sale,
    refund,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, inside, refused

pytestmark = pytest.mark.django_db(transaction=True)


def claim(provider: FakeProvider, sale: Sale, outcome: ChargebackOutcome) -> partial[str]:
    paid_id = sale.attempt.provider_payment_id or ""
    object_id = provider.open_chargeback(paid_id, Money(10_000, "EUR"), Money(0, "EUR"))
    provider.close_chargeback(object_id, outcome)
    return partial(
        record_chargeback_observed, provider="sandbox", observed=provider.chargebacks[object_id]
    )


def books_agree() -> None:
    with transaction.atomic():
        assert list(check_payments_equal_their_accounts(Tally())) == []
    assert check_projections().differences == []


@pytest.mark.parametrize("_round", range(4))
def test_a_refund_and_a_chargeback_never_take_the_same_money(
    provider: FakeProvider, _round: int
) -> None:
    """Mistake 2: refund and chargeback both paid out for the same money."""
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(claim(provider, sale, ChargebackOutcome.LOST), partial(refund, sale, 6_000))
    refused(outcomes)
    payment, row = sale.payment, Chargeback.objects.get()
    assert payment.refunded_minor + payment.charged_back_minor == 10_000
    assert row.uncovered_minor == payment.refunded_minor
    books_agree()


@pytest.mark.parametrize("_round", range(4))
def test_a_release_and_a_chargeback_never_take_the_same_money(
    provider: FakeProvider, _round: int
) -> None:
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(
        claim(provider, sale, ChargebackOutcome.OPEN),
        inside(release_escrow, order_id=sale.order_id),
    )
    was_refused = len(refused(outcomes)) == 1
    disputed = balance(accounts.order_disputed(sale.order_id, "EUR"))
    assert (disputed, wallet(sale.seller)) == ((10_000, 0) if was_refused else (0, 9_000))
    books_agree()


def test_the_same_word_at_once_is_booked_once(provider: FakeProvider) -> None:
    """Mistake 9"""
    sale = make_sale()
    hold(sale, provider)
    outcomes = at_once(*[claim(provider, sale, ChargebackOutcome.LOST)] * 4)
    assert refused(outcomes) == []
    assert sorted(outcomes) == ["lost", "nothing new", "nothing new", "nothing new"]
    assert LedgerJournal.objects.filter(kind="chargeback_lost").count() == 1
    books_agree()


def test_an_unknown_one_at_once_is_booked_once(provider: FakeProvider) -> None:
    object_id = provider.open_chargeback("pay_unknown", Money(700, "EUR"), Money(0, "EUR"))
    observed = provider.chargebacks[object_id]
    at_once(*[partial(record_chargeback_observed, provider="sandbox", observed=observed)] * 4)
    assert LedgerJournal.objects.count() == 1
    assert PaymentReview.objects.count() == 1
