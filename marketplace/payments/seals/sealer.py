"""The job payments.seal_events: puts new events and journals under a signed root.

Off the hot path: it only reads what is committed, and nobody who posts waits for it.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import connection, transaction

from marketplace.core import clock
from marketplace.core.db import in_transaction
from marketplace.payments.models import Seal, SealLeaf
from marketplace.payments.seals.headers import new_seal
from marketplace.payments.seals.leaves import (
    EVENT,
    JOURNAL,
    NO_LEAF,
    SALT_BYTES,
    EventRow,
    JournalRow,
    commit,
    event_members,
    journal_members,
    leaf_hash,
    parts_of,
)
from marketplace.payments.seals.merkle import root_of
from marketplace.payments.seals.rows import read_events, read_journals

LEAVES_PER_SEAL = 4096
"""Bounds one run's memory and time, and a proof's path to twelve hashes."""

log = structlog.get_logger(__name__)

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('payments_seal', 0))"
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
# Both take what finished transactions wrote after the last leaf, in the order of transactions. An
# event that was sealed ahead of its turn, with a later one of its stream, is passed over.
NEW_EVENTS = """
    SELECT e.xact_id::text, e.stream_id, e.version FROM payments_payment_event e
     WHERE (e.xact_id, e.stream_id, e.version) > (%s::xid8, %s, %s) AND e.xact_id < %s::xid8
       AND NOT EXISTS (SELECT FROM payments_seal_leaf l
                        WHERE l.subject_id = e.stream_id AND l.version = e.version)
     ORDER BY e.xact_id, e.stream_id, e.version LIMIT %s
"""
NEW_JOURNALS = """
    SELECT xact_id::text, id, 0 FROM payments_ledger_journal
     WHERE (xact_id, id) > (%s::xid8, %s) AND xact_id < %s::xid8
     ORDER BY xact_id, id LIMIT %s
"""
SEALED_EVENTS = """
    SELECT l.subject_id, l.version, l.hash FROM unnest(%s::uuid[], %s::int[]) k (id, version)
      JOIN payments_seal_leaf l ON l.subject_id = k.id AND l.version = k.version
"""
FIRST_ID = UUID(int=0)
LAST_ID = UUID(int=2**128 - 1)
LAST_VERSION = 2**31 - 1


class BooksFromElsewhere(RuntimeError):
    """The last leaf is ahead of the transaction counter: restored into another cluster."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands in the sealed order; within a transaction events come first."""

    xact_id: int
    kind: str
    subject_id: UUID
    version: int

    @property
    def before_events(self) -> tuple[str, UUID, int]:
        """Every event after this place comes after this in the index of events."""
        if self.kind == EVENT:
            return str(self.xact_id), self.subject_id, self.version
        return str(self.xact_id), LAST_ID, LAST_VERSION

    @property
    def before_journals(self) -> tuple[str, UUID]:
        return str(self.xact_id), self.subject_id if self.kind == JOURNAL else FIRST_ID


def seal_events(*, limit: int = LEAVES_PER_SEAL) -> int:
    """Seal what finished transactions have written since the last seal; returns how many leaves.

    Gap-free whatever commits in which order: only transactions below the horizon are taken, all of
    which have ended (as in the roll-up of balances). One transaction: a crash leaves nothing.
    """
    if in_transaction():
        raise RuntimeError("the sealer's horizon would never pass its caller's transaction")
    with transaction.atomic(), connection.cursor() as cursor:
        # One sealer at a time. It holds up nobody else: only sealers take this lock.
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            return 0
        previous = Seal.objects.order_by("-number").first()
        new = _new_places(last_place(), limit)
        if not new:
            return 0
        leaves = _leaves(new, first_position=previous.next_position if previous else 0)
        seal = new_seal(
            previous=previous,
            leaf_count=len(leaves),
            root=root_of([bytes(leaf.hash) for leaf in leaves]),
            sealed_at=clock.database_now(),
        )
        seal.save(force_insert=True)
        SealLeaf.objects.bulk_create(leaves)
    # In the logs the newest head leaves the database: who keeps them has an anchor.
    log.info("sealed", seal=seal.number, leaves=seal.leaf_count, hash=bytes(seal.hash).hex())
    return len(leaves)


def last_place() -> Place:
    leaf = SealLeaf.objects.order_by("-position").first()
    if leaf is None:
        return Place(0, EVENT, FIRST_ID, 0)
    return Place(leaf.xact_id, leaf.kind, leaf.subject_id, leaf.version)


def _new_places(last: Place, limit: int) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        (horizon,) = cursor.fetchone()
        if last.xact_id >= int(horizon):
            raise BooksFromElsewhere(
                f"the last leaf is of transaction {last.xact_id}, the counter is at {horizon}: "
                "see docs/runbooks/seal-keys.md, Restoring"
            )
        cursor.execute(NEW_EVENTS, [*last.before_events, horizon, limit])
        places = [Place(int(x), EVENT, key, version) for x, key, version in cursor.fetchall()]
        cursor.execute(NEW_JOURNALS, [*last.before_journals, horizon, limit])
        places += [Place(int(x), JOURNAL, key, version) for x, key, version in cursor.fetchall()]
    # Each list is complete up to its last row, so the first of both together are, too.
    return sorted(places)[:limit]


def _leaves(new: Sequence[Place], *, first_position: int) -> list[SealLeaf]:
    keys = {(place.subject_id, place.version) for place in new if place.kind == EVENT}
    earlier = sealed_hashes((stream, version - 1) for stream, version in keys)
    missing = _unsealed_before(keys, earlier)
    events = read_events(keys | missing)
    journals = read_journals(place.subject_id for place in new if place.kind == JOURNAL)
    hashed = _event_leaves(events, earlier)
    ordered = [hashed[key] for key in sorted(missing)]
    for place in new:
        if place.kind == EVENT:
            ordered.append(hashed[place.subject_id, place.version])
        else:
            ordered.append(_journal_leaf(journals[place.subject_id]))
    for position, leaf in enumerate(ordered, start=first_position):
        leaf.position = position
    return ordered


def _unsealed_before(
    keys: set[tuple[UUID, int]], earlier: dict[tuple[UUID, int], bytes]
) -> set[tuple[UUID, int]]:
    """Events that these follow in their streams, and that have no leaf yet.

    A transaction draws its id before it waits for a stream's lock, so the one that wrote version 2
    may be older than the one that wrote version 1. Whoever wrote version 2 saw version 1
    committed: taking it now is safe.
    """
    missing: set[tuple[UUID, int]] = set()
    for stream_id, version in keys:
        before = version - 1
        while (
            before
            and (stream_id, before) not in keys | missing
            and (stream_id, before) not in earlier
        ):
            earlier.update(sealed_hashes([(stream_id, before), (stream_id, before - 1)]))
            if (stream_id, before) in earlier:
                break
            missing.add((stream_id, before))
            before -= 1
    return missing


def _event_leaves(
    events: dict[tuple[UUID, int], EventRow], earlier: dict[tuple[UUID, int], bytes]
) -> dict[tuple[UUID, int], SealLeaf]:
    hashes = dict(earlier)
    leaves = {}
    for key in sorted(events):
        stream_id, version = key
        leaf = event_leaf(events[key], hashes.get((stream_id, version - 1), NO_LEAF))
        hashes[key] = bytes(leaf.hash)
        leaves[key] = leaf
    return leaves


def event_leaf(row: EventRow, previous_leaf: bytes) -> SealLeaf:
    salt = os.urandom(SALT_BYTES)
    commitments = commit(event_members(row, previous_leaf=previous_leaf), salt)
    return SealLeaf(
        kind=EVENT,
        subject_id=row.stream_id,
        version=row.version,
        xact_id=row.xact_id,
        salt=salt,
        hash=leaf_hash(EVENT, commitments),
        parts=b"",
    )


def _journal_leaf(row: JournalRow) -> SealLeaf:
    salt = os.urandom(SALT_BYTES)
    commitments = commit(journal_members(row), salt)
    return SealLeaf(
        kind=JOURNAL,
        subject_id=row.id,
        version=0,
        xact_id=row.xact_id,
        salt=salt,
        hash=leaf_hash(JOURNAL, commitments),
        parts=parts_of(commitments),
    )


def sealed_hashes(keys: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], bytes]:
    wanted = [key for key in keys if key[1] > 0]
    with connection.cursor() as cursor:
        cursor.execute(SEALED_EVENTS, [[key for key, _ in wanted], [v for _, v in wanted]])
        return {(key, version): bytes(found) for key, version, found in cursor.fetchall()}
