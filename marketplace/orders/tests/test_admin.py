"""What an operator sees of an order, and does to it."""

from typing import Any

import pytest
from django.test import Client

from marketplace.orders.models import Order
from marketplace.orders.tests.factories import Deal
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import make_admin, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_admin(is_superuser=True))
    return client


def page(order_id: Any) -> str:
    return f"/admin/orders/order/{order_id}/change/"


def test_an_order_is_shown_in_money_and_sentences_not_in_columns(
    operator: Client, provider: FakeProvider
) -> None:
    deal = Deal(provider).drive_to("PROCESSING")
    order = deal.order
    shown = operator.get(page(deal.id)).content.decode()
    assert f"{order.total_minor / 100:.2f} {order.currency}" in shown
    assert "receive payment" in shown
    assert "taken at release" in shown
    assert "_minor" not in shown


def test_a_paid_order_is_cancelled_with_a_reason(operator: Client, provider: FakeProvider) -> None:
    deal = Deal(provider).drive_to("PAYMENT_RECEIVED")
    operator.post(f"/admin/orders/order/{deal.id}/cancel/", {"reason": ""})
    assert deal.status == "PAYMENT_RECEIVED"
    operator.post(f"/admin/orders/order/{deal.id}/cancel/", {"reason": "Asked by telephone."})
    order = Order.objects.get(id=deal.id)
    assert (order.status, order.cancel_reason) == ("CANCELLED", "OPERATOR_CANCELLED")


def test_what_an_order_does_not_allow_is_said_and_changes_nothing(
    operator: Client, provider: FakeProvider
) -> None:
    deal = Deal(provider).drive_to("PENDING_PAYMENT")
    answer = operator.post(
        f"/admin/orders/order/{deal.id}/deliver/", {"reason": "The buyer has it."}, follow=True
    )
    assert deal.status == "PENDING_PAYMENT"
    (message,) = answer.context["messages"]
    assert str(message).startswith("The order is not on its way: it is PENDING_PAYMENT.")


def test_somebody_who_is_not_staff_sees_nothing(provider: FakeProvider) -> None:
    deal = Deal(provider)
    client = Client()
    client.force_login(make_user())
    assert client.get(page(deal.id)).status_code == 302
