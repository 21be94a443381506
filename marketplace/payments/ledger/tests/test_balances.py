"""Balances now, under a lock and in the past; statements; the folding of hot accounts."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from marketplace.core.clock import database_now, frozen
from marketplace.core.db import TransactionMissing
from marketplace.core.ids import new_id
from marketplace.core.jobs import registered_jobs
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import (
    StatementLine,
    get_balance,
    get_balance_at,
    get_balances,
    is_settled,
    list_statement,
    lock_balances,
)
from marketplace.payments.ledger.roll_up import roll_up_balances
from marketplace.payments.ledger.tests.books import (
    eventually,
    hold,
    posted_at,
    release,
    top_up,
    transfer,
)
from marketplace.payments.models import LedgerEntry, LedgerSnapshot

CLEARING = accounts.psp_clearing("sandbox", "EUR")


def fold_until(entries: int) -> None:
    """Roll up until the snapshots of the clearing account cover so many entries."""

    def covered() -> bool:
        roll_up_balances(at_least=1)
        newest = LedgerSnapshot.objects.filter(account__code=CLEARING.code).order_by("-id").first()
        return newest is not None and newest.entry_count >= entries

    eventually(covered)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.mark.django_db
def test_balances_of_many_accounts_take_one_query(django_assert_num_queries: Any) -> None:
    orders = [new_id() for _ in range(50)]
    for order_id in orders[:49]:
        hold(order_id, 100)
    wanted = [accounts.order_escrow(order_id, "EUR") for order_id in orders]
    with django_assert_num_queries(1):
        found = get_balances([*wanted, CLEARING])
    assert found[CLEARING] == eur(4_900)
    assert [found[account].amount_minor for account in wanted] == [100] * 49 + [0]


@pytest.mark.django_db
def test_each_currency_has_a_balance_of_its_own() -> None:
    order_id = new_id()
    hold(order_id, 100)
    hold(order_id, 7, currency="JPY", key="yen")
    assert get_balance(accounts.order_escrow(order_id, "EUR")) == eur(100)
    assert get_balance(accounts.order_escrow(order_id, "JPY")) == Money(7, "JPY")


@pytest.mark.django_db(transaction=True)
def test_a_locked_balance_stays_until_the_commit() -> None:
    user_id, other_id = new_id(), new_id()
    top_up(user_id, 100)
    wallet = accounts.user_wallet(user_id, "EUR")
    with pytest.raises(TransactionMissing):
        lock_balances([wallet])
    finished = threading.Event()

    def spend() -> None:
        transfer(user_id, other_id, 100, key="spend")
        finished.set()
        connection.close()

    thread = threading.Thread(target=spend)
    with transaction.atomic():
        assert lock_balances([wallet, accounts.user_wallet(other_id, "EUR")])[wallet] == eur(100)
        thread.start()
        assert not finished.wait(0.3)
        assert get_balance(wallet) == eur(100)
    thread.join(10)
    assert get_balance(wallet) == eur(0)


@pytest.mark.django_db(transaction=True)
def test_a_hot_account_cannot_be_locked() -> None:
    hold(new_id(), 1)
    with transaction.atomic(), pytest.raises(ValueError, match="cannot be locked"):
        lock_balances([CLEARING])


@pytest.mark.django_db(transaction=True)
def test_the_balance_at_every_past_moment_is_the_one_after_the_last_entry_by_then() -> None:
    user_id = new_id()
    wallet = accounts.user_wallet(user_id, "EUR")
    before = database_now()
    moments = [posted_at(top_up(user_id, 10, key=str(n))) for n in range(12)]
    assert get_balance_at(wallet, before).balance == eur(0)
    for number, moment in enumerate(moments, start=1):
        for account in (wallet, CLEARING):
            assert get_balance_at(account, moment).balance == eur(10 * number)
            just_before = moment - timedelta(microseconds=1)
            assert get_balance_at(account, just_before).balance == eur(10 * (number - 1))
        assert get_balance_at(wallet, moment).version == number
    assert get_balance_at(accounts.user_wallet(new_id(), "EUR"), before).balance == eur(0)


@pytest.mark.django_db(transaction=True)
def test_mistake_12_the_order_is_that_of_the_lock_not_of_the_transactions_start(
    second_connection: psycopg.Connection[Any],
) -> None:
    """The transaction that began first posts last: its entry is the later one, at a later time."""
    user_id = new_id()
    second_connection.execute("SELECT now()")  # its transaction starts here
    started_at = second_connection.execute("SELECT now()").fetchone()[0]  # type: ignore[index]
    first = top_up(user_id, 100, key="first")
    post_raw(second_connection, user_id, 5, "second")
    second_connection.commit()
    lines = LedgerEntry.objects.filter(account__code=f"user:{user_id}:wallet")
    versions = list(lines.order_by("account_version").values_list("amount_minor", "posted_at"))
    assert [amount for amount, _ in versions] == [-100, -5]
    assert started_at < versions[0][1] < versions[1][1]
    wallet = accounts.user_wallet(user_id, "EUR")
    assert get_balance_at(wallet, started_at).balance == eur(0)
    assert get_balance_at(wallet, posted_at(first)).balance == eur(100)
    assert get_balance_at(wallet, versions[1][1]).balance == eur(105)


@pytest.mark.django_db
def test_an_applications_clock_does_not_date_an_entry() -> None:
    with frozen(datetime(2001, 1, 1, tzinfo=UTC)):
        posted = hold(new_id(), 1)
    assert posted_at(posted).year > 2001


@pytest.mark.django_db
def test_a_wallets_statement_is_paged_without_loss_or_repetition(
    django_assert_num_queries: Any,
) -> None:
    user_id = new_id()
    wallet = accounts.user_wallet(user_id, "EUR")
    for number in range(1, 8):
        top_up(user_id, number, key=str(number))
    seen: list[StatementLine] = []
    cursor = ""
    while True:
        with django_assert_num_queries(1):
            page = list_statement(wallet, cursor=cursor, limit=3)
        seen += page.lines
        cursor = page.next_cursor
        if len(seen) == 3:
            top_up(user_id, 100, key="meanwhile")
        if not cursor:
            break
    assert [line.amount.amount_minor for line in seen] == [7, 6, 5, 4, 3, 2, 1]
    assert [line.version for line in seen] == [7, 6, 5, 4, 3, 2, 1]
    assert [line.balance_after for line in seen] == [eur(n * (n + 1) // 2) for n in range(7, 0, -1)]
    assert {line.kind for line in seen} == {"wallet_top_up"}
    assert list_statement(accounts.user_wallet(new_id(), "EUR")).lines == []


@pytest.mark.django_db(transaction=True)
def test_a_hot_accounts_statement_waits_for_older_transactions(
    second_connection: psycopg.Connection[Any],
) -> None:
    hold(new_id(), 9)
    post_raw(second_connection, new_id(), 1, "open")  # draws its transaction id, stays open
    for number in range(5):
        top_up(new_id(), 10 + number)
    eventually(lambda: len(list_statement(CLEARING).lines) == 1)
    assert [line.amount.amount_minor for line in list_statement(CLEARING).lines] == [9]
    second_connection.commit()
    eventually(lambda: len(list_statement(CLEARING).lines) == 7)
    seen: list[int] = []
    cursor = ""
    while True:
        page = list_statement(CLEARING, cursor=cursor, limit=2)
        seen += [line.amount.amount_minor for line in page.lines]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == [14, 13, 12, 11, 10, 1, 9]


@pytest.mark.django_db(transaction=True)
def test_folding_changes_no_balance() -> None:
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 1_000)
    release(order_id, seller_id, gross=1_000, commission=100, tax=19)
    hot = [CLEARING, accounts.revenue_commission("EUR"), accounts.tax("DE", "EUR")]
    before = get_balances(hot)
    assert before == dict(zip(hot, [eur(1_000), eur(100), eur(19)], strict=True))
    fold_until(1)
    assert get_balances(hot) == before
    hold(new_id(), 5)
    assert get_balance(CLEARING) == eur(1_005)
    assert roll_up_balances(at_least=3) == 0
    fold_until(2)
    assert roll_up_balances(at_least=1) == 0
    assert get_balance(CLEARING) == eur(1_005)
    newest = LedgerSnapshot.objects.filter(account__code=CLEARING.code).order_by("-id")[0]
    assert (newest.balance_minor, newest.entry_count) == (1_005, 2)


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_late_is_never_skipped_by_the_fold(
    second_connection: psycopg.Connection[Any],
) -> None:
    """The race: a lower entry id becomes visible after a higher one could have been folded."""
    hold(new_id(), 1)
    late_id = post_raw(second_connection, new_id(), 1_000, "late")
    early = hold(new_id(), 10)
    ids = dict(
        LedgerEntry.objects.filter(journal_id=early.id, line=1).values_list("journal_id", "id")
    )
    assert late_id < ids[early.id]

    fold_until(1)
    newest = LedgerSnapshot.objects.get()
    assert (newest.balance_minor, newest.entry_count) == (1, 1)  # it stopped at the open one
    assert get_balance(CLEARING) == eur(11)

    second_connection.commit()
    assert get_balance(CLEARING) == eur(1_011)
    fold_until(3)
    assert get_balance(CLEARING) == eur(1_011)
    newest = LedgerSnapshot.objects.order_by("-id")[0]
    assert (newest.balance_minor, newest.entry_count) == (1_011, 3)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_entry_is_never_folded(second_connection: psycopg.Connection[Any]) -> None:
    hold(new_id(), 1)
    post_raw(second_connection, new_id(), 1_000, "never")
    hold(new_id(), 10)
    second_connection.rollback()
    fold_until(2)
    assert get_balance(CLEARING) == eur(11)


@pytest.mark.django_db(transaction=True)
def test_the_past_of_a_hot_account_is_settled_once_all_that_was_open_then_has_ended(
    second_connection: psycopg.Connection[Any],
) -> None:
    hold(new_id(), 1)
    post_raw(second_connection, new_id(), 1_000, "open")
    moment = database_now()
    hold(new_id(), 10)
    roll_up_balances(at_least=1)
    assert get_balance_at(CLEARING, moment).balance == eur(1)
    assert not is_settled(moment)
    second_connection.commit()
    assert get_balance_at(CLEARING, moment).balance == eur(1_001)
    fold_until(3)
    eventually(lambda: is_settled(moment))


@pytest.mark.django_db(transaction=True)
def test_balances_hold_while_clients_post_and_the_roll_up_runs() -> None:
    """Readers of the hot account and of all wallets together see them equal, whatever is folded."""
    users = [new_id() for _ in range(4)]
    for user_id in users:
        top_up(user_id, 1)
    stop = threading.Event()
    failures: list[object] = []

    def run(work: Any) -> None:
        try:
            number = 0
            while not stop.is_set():
                number += 1
                work(number)
        except Exception as error:  # noqa: BLE001 (shown by the assertion below)
            failures.append(error)
        finally:
            connection.close()

    def read(_: int) -> None:
        wallets = [accounts.user_wallet(user_id, "EUR") for user_id in users]
        found = get_balances([*wallets, CLEARING])
        clearing = found.pop(CLEARING).amount_minor
        if clearing != sum(money.amount_minor for money in found.values()):
            failures.append(found)

    works = [
        *(lambda n, u=user_id: top_up(u, n, key=f"{u}:{n}") for user_id in users),
        read,
        lambda _: roll_up_balances(at_least=1),
    ]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    stop.wait(2)
    stop.set()
    fold_until(1)
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert LedgerSnapshot.objects.exists()


def test_the_roll_up_is_scheduled_in_the_default_start_up() -> None:
    assert registered_jobs()["payments.roll_up_balances"].every_seconds <= 60


@pytest.fixture
def second_connection() -> Iterator[psycopg.Connection[Any]]:
    """A second client, in a transaction of its own."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters) as second:
        second.execute("SET lock_timeout = '10s'")
        second.commit()
        yield second
        second.rollback()


def post_raw(second: psycopg.Connection[Any], user_id: Any, amount_minor: int, key: str) -> int:
    """A top-up on another connection, left open; returns the id of its clearing entry."""
    second.execute(
        "SELECT ledger_write(%s, 'wallet_top_up', %s, %s, ARRAY['psp_clearing', 'user_wallet'],"
        " ARRAY['psp:sandbox:clearing', %s], ARRAY['EUR', 'EUR'], %s::bigint[], now())",
        [new_id(), key, user_id, f"user:{user_id}:wallet", [amount_minor, -amount_minor]],
    )
    row = second.execute(
        "SELECT max(id) FROM payments_ledger_entry WHERE account_version IS NULL"
        " AND xact_id = pg_current_xact_id()"
    ).fetchone()
    assert row is not None
    return int(row[0])
