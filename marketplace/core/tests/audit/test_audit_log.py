"""The audit log: written with the action, never changed, and every tampering is found."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from marketplace.core.actor import Actor
from marketplace.core.audit import anchor_audit_log, check_audit_log, masked, record_action
from marketplace.core.audit.chain import NO_HASH, link_hash
from marketplace.core.audit.entries import digest_of
from marketplace.core.db import TransactionMissing
from marketplace.core.errors import InvalidInput
from marketplace.core.ids import new_id
from marketplace.core.models import AuditAnchor, AuditEntry, AuditLink
from marketplace.core.testing import figures

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("core_audit_entry", "core_audit_link", "core_audit_anchor")
OPERATOR = Actor.user(new_id())
SEED = 20240
TAMPERS = 100


def act(number: int = 1, **changes: Any) -> UUID:
    values: dict[str, Any] = {
        "actor": OPERATOR,
        "action": "users.suspend_user",
        "subject_type": "users.User",
        "subject_id": new_id(),
        "reason": f"Reason {number}",
        "before": {"suspended": False},
        "after": {"suspended": True, "number": number},
        **changes,
    }
    with transaction.atomic():
        return record_action(**values)


def faults() -> list[str]:
    with transaction.atomic():
        return list(check_audit_log(SimpleNamespace(examined=0, note="")))


@contextmanager
def tampered() -> Iterator[Any]:
    """What only the owner of the tables can do, with their triggers off; undone at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        transaction.set_rollback(True)


def refusal(statement: str, *, as_runtime_role: bool) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        if as_runtime_role:
            cursor.execute("SET LOCAL ROLE fairhold_app")
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            cursor.execute(statement)
    return str(getattr(error.value.__cause__, "sqlstate", ""))


def test_an_entry_says_who_did_what_to_whom_and_why() -> None:
    subject_id = new_id()
    entry = AuditEntry.objects.get(pk=act(7, subject_id=subject_id, reason=" Fraud. "))
    assert (entry.actor_id, entry.subject_id) == (OPERATOR.user_id, subject_id)
    assert (entry.action, entry.subject_type) == ("users.suspend_user", "users.user")
    assert (entry.reason, entry.before) == ("Fraud.", {"suspended": False})
    assert entry.after == {"suspended": True, "number": 7}
    assert digest_of(entry) == bytes(entry.digest)


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
def test_without_a_reason_nothing_is_done(reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        act(reason=reason)
    assert refusal.value.fields == {"reason": ["Say why."]}
    assert not AuditEntry.objects.exists()


def test_it_is_written_if_and_only_if_the_action_is() -> None:
    with pytest.raises(TransactionMissing):
        record_action(
            actor=OPERATOR,
            action="a.b",
            subject_type="a.b",
            subject_id=new_id(),
            reason="Why not",
            before={},
            after={},
        )
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
    assert not AuditLink.objects.exists()


def test_what_would_not_come_back_as_it_went_in_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        act(after={"rate": 1.5})
    assert not AuditEntry.objects.exists()


def test_a_masked_value_tells_nothing_but_its_beginning() -> None:
    assert [masked("anna@example.test"), masked("")] == ["a***", ""]


def test_entries_are_linked_in_the_order_of_their_commits() -> None:
    first, second = act(1), act(2)
    links = list(AuditLink.objects.order_by("number"))
    assert [(link.number, link.entry_id) for link in links] == [(1, first), (2, second)]
    digests = {entry.pk: bytes(entry.digest) for entry in AuditEntry.objects.all()}
    assert bytes(links[0].hash) == link_hash(NO_HASH, 1, first, digests[first])
    assert bytes(links[1].hash) == link_hash(bytes(links[0].hash), 2, second, digests[second])
    assert faults() == []


def test_actions_at_the_same_moment_make_one_chain() -> None:
    def one(number: int) -> None:
        try:
            act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    assert AuditLink.objects.count() == 40
    assert faults() == []


def test_nobody_waits_for_an_action_that_is_under_way() -> None:
    """The chain is locked while a transaction commits, not while it works."""

    def another() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
            act(2)
        finally:
            connection.close()

    with transaction.atomic():
        act(1)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(another).result()
    assert faults() == []


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"]
)
@pytest.mark.parametrize("role", ["owner", "runtime"])
def test_the_database_refuses_to_change_it(table: str, statement: str, role: str) -> None:
    act()
    anchor_audit_log()
    column = "digest" if table == "core_audit_entry" else "hash"
    call_command("grant_app_role", verbosity=0)
    refused = refusal(statement.format(table, column), as_runtime_role=role == "runtime")
    assert refused == {"owner": "23001", "runtime": "42501"}[role]
    assert faults() == []


def test_the_runtime_role_records_actions_and_writes_no_link() -> None:
    call_command("grant_app_role", verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE fairhold_app")
        act()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert AuditLink.objects.count() == 1
    forged = "INSERT INTO core_audit_link VALUES (2, gen_random_uuid(), sha256(''::bytea))"
    assert refusal(forged, as_runtime_role=True) == "42501"


def test_an_anchor_is_made_once_for_each_new_head() -> None:
    assert anchor_audit_log() == 0
    act()
    assert [anchor_audit_log(), anchor_audit_log()] == [1, 0]
    assert AuditAnchor.objects.get().number == 1


def test_the_newest_entries_cannot_go_unnoticed_once_they_are_anchored() -> None:
    for number in range(3):
        act(number)
    anchor_audit_log()
    with tampered() as cursor:
        cursor.execute("DELETE FROM core_audit_entry")
        cursor.execute("DELETE FROM core_audit_link")
        assert "the audit log ends at 0, and was anchored at 3: entries are gone" in faults()


def test_history_cannot_be_written_anew_without_the_key() -> None:
    """Everything in the database made to agree: only the anchors' signatures are missing."""
    for number in range(3):
        act(number)
    anchor_audit_log()
    with tampered() as cursor:
        entry = AuditEntry.objects.order_by("id")[0]
        entry.reason = "Another reason"
        cursor.execute(
            "UPDATE core_audit_entry SET reason = %s, digest = %s WHERE id = %s",
            [entry.reason, digest_of(entry), entry.pk],
        )
        previous = NO_HASH
        for link in AuditLink.objects.order_by("number"):
            digest = bytes(AuditEntry.objects.get(pk=link.entry_id).digest)
            previous = link_hash(previous, link.number, link.entry_id, digest)
            cursor.execute(
                "UPDATE core_audit_link SET hash = %s WHERE number = %s", [previous, link.number]
            )
        assert faults() == ["link 3 of the audit log is not what was anchored"]
        cursor.execute("UPDATE core_audit_anchor SET hash = %s", [previous])
        assert faults() == ["anchor 3 of the audit log is not signed by a key of ours"]


def _alter(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    changes = {
        "actor_id": new_id(),
        "actor_name": "somebody",
        "action": "users.reinstate_user",
        "subject_type": "orders.order",
        "subject_id": new_id(),
        "reason": "Another reason",
        "before": '{"suspended": null}',
        "after": "{}",
        "request_id": "another",
        "digest": chance.randbytes(32),
    }
    column = chance.choice([*sorted(changes), "occurred_at"])
    chosen = chance.choice(links).entry_id
    if column == "occurred_at":
        cursor.execute(
            "UPDATE core_audit_entry SET occurred_at = occurred_at + '1 microsecond'::interval "
            "WHERE id = %s",
            [chosen],
        )
    else:
        cursor.execute(
            f"UPDATE core_audit_entry SET {column} = %s WHERE id = %s", [changes[column], chosen]
        )


def _alter_link(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    cursor.execute(
        "UPDATE core_audit_link SET hash = %s WHERE number = %s",
        [chance.randbytes(32), chance.choice(links).number],
    )


def _delete_entry(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    cursor.execute("DELETE FROM core_audit_entry WHERE id = %s", [chance.choice(links).entry_id])


def _delete_link(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    cursor.execute("DELETE FROM core_audit_link WHERE number = %s", [chance.choice(links).number])


def _delete_both(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    """From a place on, to the newest: no gap is left."""
    place = chance.choice(links).number
    for link in links[place - 1 :]:
        cursor.execute("DELETE FROM core_audit_entry WHERE id = %s", [link.entry_id])
    cursor.execute("DELETE FROM core_audit_link WHERE number >= %s", [place])


def _take_out(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    """One from the middle, and those after it moved up."""
    place = chance.choice(links).number
    cursor.execute("DELETE FROM core_audit_entry WHERE id = %s", [links[place - 1].entry_id])
    cursor.execute("DELETE FROM core_audit_link WHERE number = %s", [place])
    for link in links[place:]:
        cursor.execute(
            "UPDATE core_audit_link SET number = number - 1 WHERE number = %s", [link.number]
        )


def _insert(cursor: Any, chance: random.Random, links: list[AuditLink]) -> UUID:
    forged = AuditEntry.objects.get(pk=chance.choice(links).entry_id)
    forged.pk = new_id()
    forged.digest = digest_of(forged)
    forged.save(force_insert=True)
    return forged.pk


def _insert_between(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    """With a link that fits what is before it; those after it moved down."""
    place = chance.randrange(1, len(links))
    forged = _insert(cursor, chance, links)
    for link in reversed(links[place:]):
        cursor.execute(
            "UPDATE core_audit_link SET number = number + 1 WHERE number = %s", [link.number]
        )
    digest = bytes(AuditEntry.objects.get(pk=forged).digest)
    fitting = link_hash(bytes(links[place - 1].hash), place + 1, forged, digest)
    cursor.execute("INSERT INTO core_audit_link VALUES (%s, %s, %s)", [place + 1, forged, fitting])


def _swap(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    one, other = chance.sample(links, 2)
    for number, entry_id in ((one.number, new_id()), (other.number, one.entry_id)):
        cursor.execute(
            "UPDATE core_audit_link SET entry_id = %s WHERE number = %s", [entry_id, number]
        )
    cursor.execute(
        "UPDATE core_audit_link SET entry_id = %s WHERE number = %s", [other.entry_id, one.number]
    )


def _alter_anchor(cursor: Any, chance: random.Random, links: list[AuditLink]) -> None:
    column = chance.choice(["hash", "signature"])
    cursor.execute(f"UPDATE core_audit_anchor SET {column} = %s", [chance.randbytes(32)])


TAMPERINGS: list[Callable[[Any, random.Random, list[AuditLink]], object]] = [
    _alter,
    _alter_link,
    _delete_entry,
    _delete_link,
    _delete_both,
    _take_out,
    _insert,
    _insert_between,
    _swap,
    _alter_anchor,
]


def test_a_hundred_tamperings_with_the_triggers_off_are_all_found() -> None:
    chance = random.Random(SEED)
    for number in range(30):
        act(number)
    anchor_audit_log()
    links = list(AuditLink.objects.order_by("number"))
    assert faults() == []
    missed = []
    for number in range(TAMPERS):
        tamper = TAMPERINGS[number % len(TAMPERINGS)] if number < 20 else chance.choice(TAMPERINGS)
        with tampered() as cursor:
            tamper(cursor, chance, links)
            if not faults():
                missed.append(tamper.__name__)
    figures.publish("audit log: tampering", tampered=TAMPERS, found=TAMPERS - len(missed))
    assert missed == []
    assert faults() == []
