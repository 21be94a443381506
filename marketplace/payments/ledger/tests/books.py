"""For the ledger's tests: everyday journals, and what the books hold."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import Leg, PostedJournal, credit, debit, post_journal
from marketplace.payments.models import LedgerEntry

PROVIDER = "sandbox"


def post(
    *, kind: JournalKind, business_key: str, reference_id: UUID, legs: Sequence[Leg], **more: Any
) -> PostedJournal:
    """``post_journal`` in a transaction of its own."""
    with transaction.atomic():
        return post_journal(
            kind=kind, business_key=business_key, reference_id=reference_id, legs=legs, **more
        )


def hold(
    order_id: UUID, amount_minor: int, *, currency: str = "EUR", key: str = ""
) -> PostedJournal:
    amount = Money(amount_minor, currency)
    return post(
        kind=JournalKind.ESCROW_HOLD,
        business_key=f"hold:{key or order_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.psp_clearing(PROVIDER, currency), amount),
            credit(accounts.order_escrow(order_id, currency), amount),
        ],
    )


def release(
    order_id: UUID, seller_id: UUID, *, gross: int, commission: int, tax: int, key: str = ""
) -> PostedJournal:
    legs = [
        debit(accounts.order_escrow(order_id, "EUR"), Money(gross, "EUR")),
        credit(accounts.user_wallet(seller_id, "EUR"), Money(gross - commission - tax, "EUR")),
    ]
    if commission:
        legs.append(credit(accounts.revenue_commission("EUR"), Money(commission, "EUR")))
    if tax:
        legs.append(credit(accounts.tax("DE", "EUR"), Money(tax, "EUR")))
    return post(
        kind=JournalKind.ESCROW_RELEASE,
        business_key=f"release:{key or order_id}",
        reference_id=order_id,
        legs=legs,
    )


def transfer(sender: UUID, receiver: UUID, amount_minor: int, *, key: str) -> PostedJournal:
    """From wallet to wallet: no such business journal exists, the tests of contention use it."""
    amount = Money(amount_minor, "EUR")
    return post(
        kind=JournalKind.CORRECTION,
        business_key=key,
        reference_id=sender,
        legs=[
            debit(accounts.user_wallet(sender, "EUR"), amount),
            credit(accounts.user_wallet(receiver, "EUR"), amount),
        ],
    )


def top_up(user_id: UUID, amount_minor: int, *, key: str = "") -> PostedJournal:
    amount = Money(amount_minor, "EUR")
    return post(
        kind=JournalKind.WALLET_TOP_UP,
        business_key=f"top-up:{key or user_id}",
        reference_id=user_id,
        legs=[
            debit(accounts.psp_clearing(PROVIDER, "EUR"), amount),
            credit(accounts.user_wallet(user_id, "EUR"), amount),
        ],
    )


def entries_of(posted: PostedJournal) -> list[LedgerEntry]:
    """The legs of a journal as they stand in the books."""
    entries = LedgerEntry.objects.filter(journal_id=posted.id)
    return list(entries.select_related("account").order_by("line"))


def posted_at(posted: PostedJournal) -> datetime:
    (moment,) = {entry.posted_at for entry in entries_of(posted)}
    return moment


def eventually(reached: Callable[[], bool]) -> None:
    """The horizon is the whole server's: another test's open transaction may hold it."""
    deadline = time.monotonic() + 100
    while not reached():
        assert time.monotonic() < deadline, "the horizon never moved on"
        time.sleep(0.05)


def let_the_horizon_pass() -> None:
    """Wait until everything committed so far is below it. Not from inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (mark,) = cursor.fetchone()

        def has_passed() -> bool:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8", [mark])
            return bool(cursor.fetchone()[0])

        eventually(has_passed)


TABLES = ("account", "balance", "journal", "entry", "snapshot")


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the books, to prove that nothing changed."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM payments_ledger_{table} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found
