"""What an operator does with wallets: with a reason, by a command, and never by editing a row."""

import re
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actor import Actor, Role
from marketplace.core.ids import new_id
from marketplace.core.models import AuditEntry
from marketplace.core.money import Money
from marketplace.payments.models import (
    HoldingLimit,
    LedgerAccount,
    TopUpLimit,
    Wallet,
    WalletDecision,
)
from marketplace.payments.services import exchange_currency
from marketplace.payments.tests.factories import (
    hold,
    make_paid_seller,
    make_sale,
    make_user,
    pay_by_wallet,
    set_payout_policy,
    start_top_up,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMIN))
    return client


def act(operator: Client, page: str, action: str, row_id: Any, **fields: str) -> Any:
    return operator.post(
        reverse(f"admin:payments_{page}_changelist"),
        {"action": action, ACTION_CHECKBOX_NAME: [str(row_id)], **fields},
        follow=True,
    )


def test_a_wallet_is_suspended_and_reinstated_with_a_reason(
    operator: Client, provider: FakeProvider
) -> None:
    row = Wallet.objects.get(user=make_paid_seller(provider))

    asked = act(operator, "wallet", "suspend", row.id)
    assert "Suspend wallets" in asked.content.decode()
    assert Wallet.objects.get(id=row.id).is_active

    act(operator, "wallet", "suspend", row.id, reason="A claim")
    assert not Wallet.objects.get(id=row.id).is_active
    act(operator, "wallet", "reinstate", row.id, reason="Withdrawn")
    assert Wallet.objects.get(id=row.id).is_active
    reasons = WalletDecision.objects.order_by("id").values_list("reason", flat=True)
    assert list(reasons) == ["A claim", "Withdrawn"]


def test_an_exchange_is_taken_back_while_the_money_is_there(
    operator: Client, provider: FakeProvider
) -> None:
    user = make_paid_seller(provider)
    exchange = exchange_currency(
        user_id=user.pk,
        sell=Money(1_000, "EUR"),
        buy=Money(1_100, "USD"),
        rate="1.1",
        reason="Asked for",
        exchange_id=new_id(),
        actor=Actor.system("treasury"),
    )
    pay_by_wallet(make_sale(Money(1_100, "USD"), buyer=user))

    refused = act(operator, "currencyexchange", "reverse", exchange.id, reason="A mistake")

    assert "not enough money" in refused.content.decode()
    assert (wallet(user, "EUR"), wallet(user, "USD")) == (9_000, 0)


@pytest.mark.parametrize("page", ["topup", "currencyexchange", "walletdecision"])
def test_what_is_shown_cannot_be_edited(
    operator: Client, page: str, provider: FakeProvider
) -> None:
    top_up = start_top_up(make_user())
    path = reverse("admin:payments_topup_change", args=[top_up.id])
    shown = operator.get(path)
    assert (shown.status_code, operator.post(path, {}).status_code) == (200, 403)
    assert operator.get(reverse(f"admin:payments_{page}_add")).status_code == 403


def test_limits_are_policy_that_an_operator_edits(operator: Client) -> None:
    path = reverse("admin:payments_topuplimit_change", args=["EUR"])
    fields = {
        "currency": "EUR",
        "minimum_minor": 500,
        "maximum_minor": 50_000,
        "per_day_minor": 50_000,
    }
    assert operator.post(path, fields).status_code == 200, "a reason is asked for"
    fields["reason"] = "Smaller top-ups cost more than they bring."
    assert operator.post(path, fields).status_code == 302
    assert TopUpLimit.objects.get(currency="EUR").minimum_minor == 500

    added = operator.post(
        reverse("admin:payments_holdinglimit_add"),
        {
            "provider": "paypal",
            "country": "",
            "currency": "BRL",
            "days": 21,
            "note": "By contract",
            "reason": "The new contract.",
        },
    )
    assert added.status_code == 302
    assert HoldingLimit.objects.get(provider="paypal").days == 21
    limits = {name: value for name, value in fields.items() if name != "reason"}
    changed, made = AuditEntry.objects.order_by("id")
    assert (changed.action, changed.after) == ("payments.change_topuplimit", limits)
    assert changed.before["minimum_minor"] != 500
    assert (made.action, made.reason) == ("payments.add_holdinglimit", "The new contract.")


def test_a_wallets_page_says_what_its_owner_sees(operator: Client, provider: FakeProvider) -> None:
    seller = make_paid_seller(provider)
    hold(make_sale(seller=seller), provider)
    set_payout_policy(held_sales_count=1, held_sales_days=7)
    row = Wallet.objects.get(user=seller)
    listed = operator.get(reverse("admin:payments_wallet_changelist")).content.decode()
    assert "100.00 EUR" in listed
    page = operator.get(reverse("admin:payments_wallet_change", args=[row.pk]))
    shown = re.sub(r"<[^>]+>|\s+", " ", page.content.decode())
    assert re.search(
        r"100\.00 EUR +0\.00 EUR +100\.00 EUR +0\.00 EUR +90\.00 EUR +0\.00 EUR", shown
    )
    assert "first sales" in shown
    account = LedgerAccount.objects.get(code=f"user:{seller.pk}:wallet")
    books = reverse("admin:payments_ledgeraccount_statement", args=[account.pk])
    assert f'href="{books}"' in page.content.decode()


def test_the_list_of_wallets_asks_as_often_for_many_as_for_one(
    operator: Client, provider: FakeProvider
) -> None:
    path = reverse("admin:payments_wallet_changelist")
    make_paid_seller(provider)
    with CaptureQueriesContext(connection) as one:
        operator.get(path)
    for _ in range(3):
        make_paid_seller(provider)
    with CaptureQueriesContext(connection) as many:
        operator.get(path)
    assert len(many) == len(one)
