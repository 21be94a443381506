"""The one way across currencies, and that there is no other."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import CurrencyMismatch, Money
from marketplace.payments.errors import (
    InsufficientBalance,
    OperationReused,
    ReasonMissing,
    WalletInactive,
)
from marketplace.payments.errors.wallets import (
    ExchangeNotPositive,
    ExchangeOfOneCurrency,
    ExchangeRateMismatch,
)
from marketplace.payments.ledger import accounts, credit, debit, post_journal
from marketplace.payments.ledger.errors import LedgerError
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.models import (
    CurrencyExchange,
    LedgerEntry,
    LedgerJournal,
    Transaction,
    Wallet,
)
from marketplace.payments.projections import check_projections
from marketplace.payments.services import (
    exchange_currency,
    reverse_exchange,
)
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    make_bank_account,
    make_paid_seller,
    make_sale,
    make_user,
    pay_by_wallet,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
DESK = Actor.system("treasury")
EUR, USD = Money(5_000, "EUR"), Money(5_421, "USD")


@pytest.fixture
def user(provider: FakeProvider) -> User:
    """Somebody with 100.00 EUR in the wallet."""
    return make_paid_seller(provider)


def exchange(user: User, **changes: Any) -> UUID:
    arguments: dict[str, Any] = {
        "user_id": user.pk,
        "sell": EUR,
        "buy": USD,
        "rate": "1.0842",
        "reason": "Asked for dollars",
        "exchange_id": new_id(),
        "actor": DESK,
        **changes,
    }
    return exchange_currency(**arguments).id


def refuses(error: type[Exception], command: Callable[[], Any]) -> None:
    before = everything()
    with pytest.raises(error):
        command()
    assert everything() == before


def position(against: str, currency: str) -> int:
    account = accounts.fx(against, currency)
    entries = LedgerEntry.objects.filter(account__code=account.code, currency=currency)
    return -sum(entries.values_list("amount_minor", flat=True))


def test_euros_become_dollars_and_each_currency_balances(user: User) -> None:
    exchange(user)

    assert (wallet(user, "EUR"), wallet(user, "USD")) == (5_000, 5_421)
    assert (position("USD", "EUR"), position("EUR", "USD")) == (5_000, -5_421)
    journal = LedgerJournal.objects.get(kind="currency_exchange")
    assert journal.metadata["rate"] == "1.0842"
    told = recorded("payments.CurrencyExchanged")[-1]
    assert (told["sold_minor"], told["bought_minor"]) == (5_000, 5_421)
    assert check_projections().differences == []


def test_both_statements_have_a_line(user: User) -> None:
    exchange_id = exchange(user)

    lines = Transaction.objects.filter(subject_id=exchange_id).order_by("id")
    assert [(line.type, line.wallet_change_minor, line.currency) for line in lines] == [
        ("WITHDRAWAL", -5_000, "EUR"),
        ("DEPOSIT", 5_421, "USD"),
    ]
    assert lines[0].notes == "Exchanged for 54.21 USD at 1.0842"


def test_the_same_exchange_again_changes_nothing(user: User) -> None:
    exchange_id = exchange(user)
    before = everything()

    assert exchange(user, exchange_id=exchange_id) == exchange_id
    assert everything() == before
    refuses(
        OperationReused,
        lambda: exchange(user, exchange_id=exchange_id, sell=Money(1, "EUR"), buy=Money(1, "USD")),
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"actor": Actor.user(new_id(), Role.SELLER)}, Forbidden),
        ({"reason": " "}, ReasonMissing),
        ({"sell": Money(0, "EUR"), "buy": Money(0, "USD")}, ExchangeNotPositive),
        ({"buy": Money(-1, "USD")}, ExchangeNotPositive),
        ({"buy": Money(5_000, "EUR"), "rate": "1"}, ExchangeOfOneCurrency),
        ({"buy": Money(5_420, "USD")}, ExchangeRateMismatch),
        ({"buy": Money(5_422, "USD")}, ExchangeRateMismatch),
        ({"rate": "much"}, ExchangeRateMismatch),
        ({"rate": "NaN"}, ExchangeRateMismatch),
        ({"rate": "-1.0842"}, ExchangeRateMismatch),
        ({"sell": Money(10_001, "EUR"), "buy": Money(10_843, "USD")}, InsufficientBalance),
        (
            {"sell": Money(100, "GBP"), "buy": Money(120, "EUR"), "rate": "1.2"},
            InsufficientBalance,
        ),
    ],
)
def test_what_is_refused_changes_nothing(
    user: User, changes: dict[str, Any], error: type[DomainError]
) -> None:
    refuses(error, lambda: exchange(user, **changes))
    assert CurrencyExchange.objects.count() == 0


def test_currencies_with_other_places_are_exact(user: User) -> None:
    exchange(user, buy=Money(8_143, "JPY"), rate="162.85")
    assert wallet(user, "JPY") == 8_143  # 50.00 EUR at 162.85 is 8142.5: halves away from zero


def test_a_suspended_wallet_exchanges_nothing(user: User) -> None:
    Wallet.objects.update(is_active=False)
    refuses(WalletInactive, lambda: exchange(user))


def test_it_can_be_taken_back_once(user: User) -> None:
    exchange_id = exchange(user)

    reverse_exchange(exchange_id=exchange_id, reason="A mistake", actor=DESK)

    assert (wallet(user, "EUR"), wallet(user, "USD")) == (10_000, 0)
    assert (position("USD", "EUR"), position("EUR", "USD")) == (0, 0)
    assert check_projections().differences == []
    before = everything()
    reverse_exchange(exchange_id=exchange_id, reason="Again", actor=DESK)
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"actor": Actor.user(new_id())}, Forbidden),
        ({"reason": ""}, ReasonMissing),
        ({"exchange_id": new_id()}, NotFound),
    ],
)
def test_only_an_operator_with_a_reason_takes_it_back(
    user: User, changes: dict[str, Any], error: type[DomainError]
) -> None:
    arguments = {"exchange_id": exchange(user), "reason": "Why", "actor": DESK, **changes}
    refuses(error, lambda: reverse_exchange(**arguments))


def test_what_was_spent_cannot_be_taken_back(user: User) -> None:
    exchange_id = exchange(user)
    sale = make_sale(Money(5_000, "USD"), buyer=user)
    pay_by_wallet(sale)

    refuses(
        InsufficientBalance,
        lambda: reverse_exchange(exchange_id=exchange_id, reason="Late", actor=DESK),
    )


@pytest.mark.django_db(transaction=True)
def test_two_exchanges_at_once_never_sell_the_same_money(provider: FakeProvider) -> None:
    user = make_paid_seller(provider)
    sell, buy = Money(6_000, "EUR"), Money(6_505, "USD")

    outcomes = at_once(*(lambda: exchange(user, sell=sell, buy=buy) for _ in range(3)))

    assert len(refused(outcomes)) == 2
    assert (wallet(user, "EUR"), wallet(user, "USD")) == (4_000, 6_505)


@pytest.mark.django_db(transaction=True)
def test_one_exchange_asked_twice_at_once_happens_once(provider: FakeProvider) -> None:
    user, exchange_id = make_paid_seller(provider), new_id()

    outcomes = at_once(*(lambda: exchange(user, exchange_id=exchange_id) for _ in range(3)))

    assert outcomes == [exchange_id] * 3
    assert wallet(user, "EUR") == 5_000


# --- and no other way -------------------------------------------------------------------------


def test_an_order_in_another_currency_is_not_paid_from_this_wallet(user: User) -> None:
    sale = make_sale(Money(100, "USD"), buyer=user)
    refuses(InsufficientBalance, lambda: pay_by_wallet(sale))


def test_a_withdrawal_in_another_currency_is_refused(user: User) -> None:
    account = make_bank_account(user)
    refuses(
        DomainError,
        lambda: withdraw_approved(
            actor=actor_for(user),
            amount=Money(100, "USD"),
            bank_account_id=account.id,
            idempotency_key="k",
        ),
    )


ID = new_id()


@pytest.mark.parametrize(
    "post",
    [
        lambda: post_journal(
            kind=JournalKind.WALLET_PAYMENT,
            business_key=f"mixed:{ID}",
            reference_id=ID,
            legs=[
                debit(accounts.user_wallet(ID, "EUR"), Money(100, "EUR")),
                credit(accounts.order_escrow(ID, "USD"), Money(100, "USD")),
            ],
        ),
        lambda: debit(accounts.user_wallet(ID, "EUR"), Money(100, "USD")),
        lambda: EUR + USD,
    ],
)
def test_no_journal_mixes_currencies(user: User, post: Callable[[], Any]) -> None:
    def run() -> None:
        with transaction.atomic():
            post()

    refuses((LedgerError, CurrencyMismatch, TypeError, DomainError), run)  # type: ignore[arg-type]


def test_the_database_refuses_a_journal_that_balances_only_across_currencies(user: User) -> None:
    exchange(user)
    rows = LedgerJournal.objects.get(kind="currency_exchange")
    euros, _, _, dollars = rows.account_ids

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO payments_ledger_journal (id, kind, business_key, reference_id, "
                "account_ids, amounts_minor, metadata, request_id, occurred_at) "
                "VALUES (%s, 'correction', 'mixed', %s, %s, %s, '{}', '', now())",
                [new_id(), user.pk, [euros, dollars], [100, -100]],
            )

    refuses(DatabaseError, write)
    assert make_user().pk != user.pk
