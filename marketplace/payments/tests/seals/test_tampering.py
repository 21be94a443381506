"""Assurance 22: whatever is altered behind the platform's back, the audit names it."""

import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import override_settings

from marketplace.core.ids import new_id
from marketplace.payments.ledger.tests.books import top_up
from marketplace.payments.models import Seal, SealLeaf
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.seals.books import (
    finished_sale,
    seal_all,
    seal_faults,
    tampered,
)

pytestmark = pytest.mark.django_db(transaction=True)

TAMPERS = 100
BYTES = "sha256({0})"
TEXT = "{0} || 'x'"
NUMBER = "{0} + 1"
LATER = "{0} + interval '1 second'"
OTHER_ID = "gen_random_uuid()"
JSON = "{0} || '{{\"added\": 1}}'"

EVENT = ("payments_payment_event", "'event ' || stream_id || ' v' || version")
ENTRY = ("payments_ledger_entry", "'journal ' || journal_id")
JOURNAL = ("payments_ledger_journal", "'journal ' || id")
LEAF = ("payments_seal_leaf", "'leaf ' || position")
SEAL = ("payments_seal", "'seal ' || number")
WAYS: list[tuple[tuple[str, str], str, str]] = [
    *((EVENT, column, TEXT) for column in ("type", "actor")),
    (EVENT, "event_id", OTHER_ID),
    (EVENT, "payload", JSON),
    (EVENT, "occurred_at", LATER),
    (EVENT, "hash", BYTES),
    (EVENT, "prev_hash", BYTES),
    (EVENT, "xact_id", "'1'::xid8"),
    *((ENTRY, column, NUMBER) for column in ("amount_minor", "balance_after_minor")),
    (ENTRY, "account_version", "{0} + 1000"),
    (ENTRY, "account_id", "(SELECT max(id) FROM payments_ledger_account WHERE id <> {0})"),
    (ENTRY, "currency", "'USD'"),
    (ENTRY, "reference_id", OTHER_ID),
    (ENTRY, "posted_at", LATER),
    (ENTRY, "line", "{0} + 10"),
    (ENTRY, "journal_id", OTHER_ID),
    (JOURNAL, "kind", TEXT),
    (JOURNAL, "business_key", TEXT),
    (JOURNAL, "reference_id", OTHER_ID),
    (JOURNAL, "metadata", JSON),
    (JOURNAL, "request_id", TEXT),
    (JOURNAL, "occurred_at", LATER),
    (JOURNAL, "amounts_minor", "ARRAY[1, -1]::bigint[]"),
    (LEAF, "hash", BYTES),
    (LEAF, "xact_id", "'1'::xid8"),
    (SEAL, "root", BYTES),
    (SEAL, "hash", BYTES),
    (SEAL, "signature", "{0} || '\\x00'"),
    (SEAL, "signature", "sha512({0})"),
    (SEAL, "sealed_at", LATER),
    (SEAL, "previous_hash", BYTES),
    (SEAL, "leaf_count", NUMBER),
    (SEAL, "key_id", "'0123456789abcdef'"),
    (EVENT, "", "delete"),
    (ENTRY, "", "delete"),
    (JOURNAL, "", "delete"),
    (LEAF, "", "delete"),
    (SEAL, "", "delete"),
]


@pytest.fixture(autouse=True)
def _sealed(provider: FakeProvider) -> None:
    for _ in range(3):
        finished_sale(provider)
        seal_all(limit=7)
    assert seal_faults() == []


def test_100_random_tampers_are_100_named(capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    named: Counter[str] = Counter()
    for number in range(TAMPERS):
        (table, name), column, way = WAYS[number % len(WAYS)]
        tries = (tamper(chance, table, name, column, way) for _ in range(50))
        faults, expected = next(found for found in tries if found)
        # Of the newest seal nothing is left that knows its number: its leaves are without one.
        is_seal_gone = table == "payments_seal" and not column
        expected = f"{expected}|belong to no seal" if is_seal_gone else expected
        found = any(name in fault for fault in faults for name in expected.split("|"))
        assert found, (seed, table, column, expected, faults)
        named[table] += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{TAMPERS} tampers, {named.total()} named, seed {seed}: {named}\n")


def tamper(
    chance: random.Random, table: str, name: str, column: str, way: str
) -> tuple[list[str], str] | None:
    """Alters one random row; its name and what the audit says, or None where nothing changed."""
    with tampered() as cursor:
        cursor.execute(f"SELECT ctid::text, {name} FROM {table} ORDER BY 1")
        place, subject = chance.choice(cursor.fetchall())
        statement = f"DELETE FROM {table} WHERE ctid = '{place}'"
        if column:
            value = way.format(column)
            statement = (
                f"UPDATE {table} SET {column} = {value} WHERE ctid = '{place}'"
                f" AND {column} IS DISTINCT FROM {value}"
            )
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError:
            return None  # a constraint of the table is in the way, too
        return (seal_faults(), subject) if cursor.rowcount else None


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["DELETE FROM payments_seal WHERE number = (SELECT max(number) FROM payments_seal)"],
         "belong to no seal"),
        (["DELETE FROM payments_seal WHERE number = 2"], "seal 2 is gone"),
        (["DELETE FROM payments_seal_leaf WHERE position = 3"], "leaf 3 of seal 1 is gone"),
        (["UPDATE payments_ledger_account SET code = 'revenue:other' WHERE code LIKE 'revenue%'"],
         "is not what was sealed"),
        (["UPDATE payments_seal_leaf SET salt = sha256(salt) WHERE position = 3"], "leaf 3"),
        (["UPDATE payments_seal_leaf SET parts = sha256(parts) WHERE kind = 'journal'"], "leaf "),
    ],
)  # fmt: skip
def test_names(statements: list[str], said: str) -> None:
    with tampered() as cursor:
        for statement in statements:
            cursor.execute(statement)
        assert said in "; ".join(seal_faults())


def test_the_newest_rows_taken_away_are_missed_while_their_seal_is_there() -> None:
    """A deleted tail of a stream breaks no chain of hashes; only the leaf knows of it."""
    newest = SealLeaf.objects.filter(kind="event").order_by("-version")[0]
    with tampered() as cursor:
        cursor.execute(
            "DELETE FROM payments_payment_event WHERE stream_id = %s AND version = %s",
            [newest.subject_id, newest.version],
        )
        (fault,) = seal_faults()
        name = f"event {newest.subject_id} v{newest.version}"
        assert fault == f"{name} was sealed as leaf {newest.position} and is gone"


def test_a_row_that_is_dated_back_behind_the_seals_is_named() -> None:
    with tampered() as cursor:
        cursor.execute(
            "INSERT INTO payments_payment_event (stream_id, version, stream, event_id, type,"
            " payload, actor, occurred_at, prev_hash, hash, xact_id)"
            " SELECT gen_random_uuid(), 1, stream, event_id, type, payload, actor, occurred_at,"
            " prev_hash, hash, '3'::xid8 FROM payments_payment_event LIMIT 1"
        )
        (fault,) = seal_faults()
        assert "slipped in behind the seals" in fault


def test_an_attacker_who_makes_everything_anew_lacks_the_key() -> None:
    """Row, leaf, root and hashes made to fit: the signature is what cannot be made."""
    with tampered() as cursor:
        cursor.execute("UPDATE payments_payment_event SET actor = 'user:somebody else'")
        cursor.execute("DELETE FROM payments_seal_leaf")
        cursor.execute("DELETE FROM payments_seal")
        with override_settings(SEAL_KEYS=["c3RvbGVuIGFuZCBndWVzc2VkIGtleXMgYXJlIGJhZCE="]):
            reseal()
        assert any("is signed by key" in fault for fault in seal_faults())


def reseal() -> None:
    """What the sealer does, inside the transaction of the test."""
    from marketplace.core import clock
    from marketplace.payments.models import PaymentEvent
    from marketplace.payments.seals.headers import new_seal
    from marketplace.payments.seals.leaves import NO_LEAF
    from marketplace.payments.seals.merkle import root_of
    from marketplace.payments.seals.rows import read_events
    from marketplace.payments.seals.sealer import event_leaf

    keys = PaymentEvent.objects.filter(version=1).values_list("stream_id", "version")
    leaves = [event_leaf(row, NO_LEAF) for row in read_events(keys).values()]
    for position, leaf in enumerate(leaves):
        leaf.position = position
    SealLeaf.objects.bulk_create(leaves)
    root = root_of([bytes(leaf.hash) for leaf in leaves])
    new_seal(previous=None, leaf_count=len(leaves), root=root, sealed_at=clock.now()).save(
        force_insert=True
    )


@pytest.fixture
def head_of(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    def export() -> str:
        capsys.readouterr()
        call_command("seal_head")
        file = tmp_path / "head.json"
        file.write_text(capsys.readouterr().out)
        return str(file)

    return export


def test_whole_seals_taken_away_are_proven_by_a_head_that_was_kept(
    head_of: Callable[[], str],
) -> None:
    """The newest seal with all it sealed: from inside, nothing is missing."""
    before = Seal.objects.count()
    top_up(new_id(), 5)
    seal_all()
    kept = head_of()
    call_command("seal_head", check=[kept])
    with tampered() as cursor:
        cursor.execute(
            "DELETE FROM payments_ledger_entry WHERE journal_id IN (SELECT id FROM"
            " payments_ledger_journal WHERE kind = 'wallet_top_up')"
        )
        cursor.execute("DELETE FROM payments_ledger_journal WHERE kind = 'wallet_top_up'")
        cursor.execute(
            "DELETE FROM payments_seal_leaf WHERE position ="
            " (SELECT max(position) FROM payments_seal_leaf)"
        )
        cursor.execute("DELETE FROM payments_seal WHERE number > %s", [before])
        assert seal_faults() == []
        with pytest.raises(SystemExit) as ended:
            call_command("seal_head", check=[kept])
        assert ended.value.code == 1
