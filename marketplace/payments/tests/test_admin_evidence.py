"""An operator sees the past of an account, the way of a sale's money, and the seals."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.payments.models import LedgerAccount, Seal
from marketplace.payments.tests.factories import make_user
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.seals.books import finished_sale, seal_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_user(Role.ADMIN))
    return client


def test_an_account_is_shown_as_it_was(operator: Client, provider: FakeProvider) -> None:
    before = clock.database_now()
    sale = finished_sale(provider)
    account = LedgerAccount.objects.get(code=f"user:{sale.seller.pk}:wallet")
    path = reverse("admin:payments_ledgeraccount_statement", args=[account.pk])
    was = operator.get(path, {"at": before.isoformat()}).content.decode()
    assert "0.00 EUR</span> at" in was
    assert "version 0" in was
    assert "No entries" in was
    after = (clock.database_now() + timedelta(seconds=1)).isoformat()
    now = operator.get(path, {"at": after}).content.decode()
    assert "90.00 EUR</span> at" in now
    assert "version 1" in now
    hot = LedgerAccount.objects.get(code="revenue:commission")
    path = reverse("admin:payments_ledgeraccount_statement", args=[hot.pk])
    now = operator.get(path, {"at": after}).content.decode()
    assert "10.00 EUR</span> at" in now
    assert now.count("escrow release") == 1
    was = operator.get(path, {"at": before.isoformat()}).content.decode()
    assert "0.00 EUR</span> at" in was
    assert "No entries" in was, "what a hot account got later is no part of that moment"
    for none in ("yesterday", "0001-01-01T00:00+14:00"):
        assert operator.get(path, {"at": none}).context["at"] is None


def test_a_payment_shows_its_money_trail_with_seals(
    operator: Client, provider: FakeProvider
) -> None:
    sale = finished_sale(provider)
    path = reverse("admin:payments_payment_change", args=[sale.payment_id])
    assert "not yet" in operator.get(path).content.decode()
    seal_all()
    page = operator.get(path).content.decode()
    assert "revenue:commission" in page
    assert "not yet" not in page
    seal = Seal.objects.get()
    address = reverse("admin:payments_seal_change", args=[seal.number])
    assert f'href="{address}"' in page
    shown = operator.get(address).content.decode()
    assert bytes(seal.root).hex() in shown
    assert operator.get(reverse("admin:payments_seal_changelist")).status_code == 200
