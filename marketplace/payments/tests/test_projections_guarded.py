"""The runtime role writes payments and payouts, but only as their events say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from marketplace.core.actor import Actor
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import (
    BankAccount,
    CurrencyExchange,
    Payment,
    Payout,
    TopUp,
    Wallet,
    WalletDecision,
)
from marketplace.payments.services import (
    exchange_currency,
    release_escrow,
    reverse_exchange,
    submit_payouts,
    suspend_wallet,
)
from marketplace.payments.tests.factories import (
    actor_for,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    make_user,
    report_top_up,
    start_top_up,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_runtime_role() -> Iterator[None]:
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE fairhold_app")
        yield
        cursor.execute("RESET ROLE")


def refused(model: Any, change: str) -> bool:
    before = list(model.objects.values())
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {model._meta.db_table} SET {change}")
    return list(model.objects.values()) == before


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = amount_minor + 1",
        "currency = 'USD'",
        "status = 'REFUNDED'",
        "escrow_status = 'RELEASED', released_minor = captured_minor",
        "escrow_status = 'RELEASED', version = version + 1",
        "commission_minor = 0",
        "seller_id = user_id, user_id = seller_id",
        "head_hash = '\\x00'",
        "version = version - 1",
    ],
)
def test_a_payment_does_not_change_without_an_event(
    provider: FakeProvider, as_runtime_role: None, change: str
) -> None:
    hold(make_sale(), provider)
    assert refused(Payment, change)


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 1",
        "status = 'FAILED'",
        "user_id = gen_random_uuid()",
        "approvals_needed = 1",
        "reasons = '[\"finding\"]'",
        "approved_by = '[\"somebody\"]'",
        "awaits_approval = NOT awaits_approval, approvals_needed = 1",
        "requested_at = requested_at - interval '30 days'",
        "policy = '{}'",
    ],
)
def test_a_payout_does_not_change_without_an_event(
    provider: FakeProvider, as_runtime_role: None, change: str
) -> None:
    seller = make_paid_seller(provider)
    withdraw(seller)
    assert refused(Payout, change)


@pytest.mark.parametrize(
    "change",
    [
        "usable_from_at = now() - interval '1 day'",
        "number_encrypted = '\\x00'",
        "account_holder_encrypted = '\\x00'",
        "currency = 'USD'",
        "user_id = gen_random_uuid()",
    ],
)
def test_a_bank_account_is_never_edited(as_runtime_role: None, change: str) -> None:
    make_bank_account(make_user())
    assert refused(BankAccount, change)


def test_but_its_wait_may_grow(as_runtime_role: None) -> None:
    account = make_bank_account(make_user())
    hold_until = account.usable_from_at + timedelta(days=3)
    assert BankAccount.objects.update(usable_from_at=hold_until) == 1


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = amount_minor + 1",
        "credited_minor = 1, credited_at = now(), captured_minor = 1",
        "status = 'CAPTURED'",
        "user_id = gen_random_uuid()",
        "version = version + 1",
    ],
)
def test_a_top_up_does_not_change_without_an_event(
    provider: FakeProvider, as_runtime_role: None, change: str
) -> None:
    start_top_up(make_user())
    assert refused(TopUp, change)


@pytest.mark.parametrize("change", ["sold_minor = 1", "reversed_at = now()", "rate = '2'"])
def test_an_exchange_does_not_change_without_an_event(
    provider: FakeProvider, as_runtime_role: None, change: str
) -> None:
    exchange_some(make_paid_seller(provider))
    assert refused(CurrencyExchange, change)


def test_wallets_are_filled_and_exchanged_and_suspended_all_the_same(
    provider: FakeProvider, as_runtime_role: None
) -> None:
    user = make_user()
    report_top_up(provider, start_top_up(user).id)
    exchange_id = exchange_some(user)
    treasury = Actor.system("treasury")
    reverse_exchange(exchange_id=exchange_id, reason="A mistake", actor=treasury)
    kept = Wallet.objects.get(user=user, currency="EUR")
    suspend_wallet(wallet_id=kept.id, actor=treasury, reason="A claim")
    assert wallet(user) == 10_000
    for model in (TopUp, CurrencyExchange, WalletDecision):
        with pytest.raises(DatabaseError), transaction.atomic():
            QuerySet(model).delete()


def exchange_some(user: Any) -> Any:
    return exchange_currency(
        user_id=user.pk,
        sell=Money(1_000, "EUR"),
        buy=Money(1_100, "USD"),
        rate="1.1",
        reason="Asked for",
        exchange_id=new_id(),
        actor=Actor.system("treasury"),
    ).id


def test_the_commands_themselves_are_not_hindered(
    provider: FakeProvider, as_runtime_role: None
) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    withdraw(sale.seller)
    assert submit_payouts() == 1
    assert sale.payment.escrow_status == "RELEASED"


@pytest.mark.parametrize("model", [Payment, Payout, BankAccount])
def test_none_is_deleted(provider: FakeProvider, as_runtime_role: None, model: Any) -> None:
    withdraw(make_paid_seller(provider))
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert model.objects.exists()


def withdraw(seller: Any) -> None:
    withdraw_approved(
        actor=actor_for(seller),
        amount=Money(5_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
