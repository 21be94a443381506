"""The page that gives a receipt of an unknown reference to an order."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import PaymentReview
from marketplace.payments.providers.protocol import ChargebackOutcome
from marketplace.payments.queries.list_fitting_payments import list_fitting_payments
from marketplace.payments.services import void_payment
from marketplace.payments.tests.factories import (
    capture,
    hold,
    in_transaction,
    make_sale,
    make_user,
    report_top_up,
    start_top_up,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_assign_receipt import stray_receipt
from marketplace.payments.tests.services.test_chargebacks import close, tell
from marketplace.payments.tests.services.test_taken_back import claim, doubled

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMIN))
    return client


def address(review: PaymentReview) -> str:
    return reverse("admin:payments_paymentreview_assign", args=[review.id])


def test_it_offers_the_unpaid_orders_of_that_amount(
    operator: Client, provider: FakeProvider
) -> None:
    waits, ended, paid, captured = make_sale(), make_sale(), make_sale(), make_sale()
    make_sale(Money(10_001, "EUR"))
    make_sale(Money(10_000, "USD"))
    in_transaction(void_payment, order_id=ended.order_id)
    hold(paid, provider)
    capture(captured, provider, key="key-2")
    review = stray_receipt(provider)
    found = [payment.order_id for payment in list_fitting_payments(review)]
    assert found == [ended.order_id, waits.order_id]
    page = operator.get(address(review)).content.decode()
    assert f"?order_id={waits.order_id}" in page
    assert "ended unpaid: goes back at once" in page


def test_it_is_assigned_with_a_reason(operator: Client, provider: FakeProvider) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    form = {"order_id": str(sale.order_id), "reason": "The buyer showed the transfer"}
    assert operator.post(address(review), form).status_code == 302
    review.refresh_from_db()
    assert (review.status, review.order_id) == ("RESOLVED", sale.order_id)
    assert operator.get(address(review)).status_code == 403


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"order_id": "x"}, "This is no order&#x27;s id."),
        ({"reason": " "}, "This field is required."),
        ({"order_id": "00000000-0000-7000-8000-000000000001"}, "not"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    operator: Client, provider: FakeProvider, change: dict[str, str], said: str
) -> None:
    sale, review = make_sale(), stray_receipt(provider)
    form = {"order_id": str(sale.order_id), "reason": "The buyer showed the transfer", **change}
    answer = operator.post(address(review), form)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    review.refresh_from_db()
    assert (review.status, review.order_id) == ("OPEN", None)


def test_another_amount_is_refused_in_words(operator: Client, provider: FakeProvider) -> None:
    sale, review = make_sale(Money(9_900, "EUR")), stray_receipt(provider)
    form = {"order_id": str(sale.order_id), "reason": "Close enough"}
    page = operator.post(address(review), form).content.decode()
    assert "100.00 EUR came, and the order costs 99.00 EUR." in page


def test_of_a_receipt_that_the_bank_took_in_part_the_pages_say_what_is_left(
    operator: Client, provider: FakeProvider
) -> None:
    review = stray_receipt(provider)
    whole = operator.get(detail(review)).content.decode()
    assert "took" not in whole
    claim_id = claim(provider, review.provider_object_id, 4_000)
    tell(claim_id)
    taken = PaymentReview.objects.get(kind="UNMATCHED_CHARGEBACK")

    said = "The payer&#x27;s bank took 40.00 EUR of it back, 60.00 EUR are left"
    for path in (detail(review), address(review)):
        assert said in operator.get(path).content.decode()
    assert detail(taken) in operator.get(detail(review)).content.decode()
    back = operator.get(detail(taken)).content.decode()
    assert detail(review) in back
    assert "Taken by the payer&#x27;s bank, out of suspense." in back

    close(provider, claim_id, ChargebackOutcome.WON)
    assert said not in operator.get(detail(review)).content.decode()
    assert "Won: the provider gave it back." in operator.get(detail(taken)).content.decode()


def test_of_a_second_payment_the_page_says_how_the_rest_goes_back(
    operator: Client, provider: FakeProvider
) -> None:
    _, review = doubled(provider)
    tell(claim(provider, review.provider_object_id, 4_000))
    page = operator.get(detail(review)).content.decode()
    assert "60.00 EUR are left, to be refunded once the review of the lost chargeback" in page


def test_of_a_top_up_the_page_says_that_the_rest_can_be_credited(
    operator: Client, provider: FakeProvider
) -> None:
    started = start_top_up(make_user())
    report_top_up(provider, started.id, Money(9_000, "EUR"))
    review = PaymentReview.objects.get(kind="WRONG_AMOUNT")
    tell(claim(provider, review.provider_object_id, 4_000))
    page = operator.get(detail(review)).content.decode()
    assert "50.00 EUR are left: credit gives them to the user." in page


def detail(review: PaymentReview) -> str:
    return reverse("admin:payments_paymentreview_change", args=[review.id])
