"""Recomputes every seal from the rows as they are now: part of the audit.

Finds any change of a sealed event, journal, entry, leaf or seal, and any that is gone. What it
cannot find: the newest seals taken away together with everything they sealed. Only a head that was
kept elsewhere proves that (``manage.py seal_head``, every proof file, the log).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.db import connection

from marketplace.core.security import signing as keys
from marketplace.payments.ledger.audit import Tally, stream
from marketplace.payments.models import Seal, SealLeaf
from marketplace.payments.seals.headers import NO_SEAL, header_bytes
from marketplace.payments.seals.leaves import (
    EVENT,
    NO_LEAF,
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
from marketplace.payments.seals.sealer import last_place, sealed_hashes

PART_BYTES = 32
SEAL_NUMBERS = "SELECT number FROM payments_seal ORDER BY number"
# Rows of finished transactions that the sealer has passed: all of them must have a leaf.
NEVER_SEALED_EVENTS = """
    SELECT e.stream, e.stream_id, e.version FROM payments_payment_event e
     WHERE (e.xact_id, e.stream_id, e.version) <= (%s::xid8, %s, %s)
       AND NOT EXISTS (SELECT FROM payments_seal_leaf l
                        WHERE l.subject_id = e.stream_id AND l.version = e.version)
"""
NEVER_SEALED_JOURNALS = """
    SELECT j.id FROM payments_ledger_journal j WHERE (j.xact_id, j.id) <= (%s::xid8, %s)
       AND NOT EXISTS (SELECT FROM payments_seal_leaf l
                        WHERE l.subject_id = j.id AND l.version = 0)
"""


def check_seals(tally: Tally) -> Iterator[str]:
    """Names every event, journal, entry, leaf and seal that is not what was sealed."""
    previous: Seal | None = None
    count = 0
    for (number,) in stream(SEAL_NUMBERS):
        seal = Seal.objects.get(number=number)
        yield from _header_faults(seal, previous)
        yield from _batch_faults(seal, tally)
        previous = seal
        count += 1
    tally.note = f"{count} seals"
    yield from _leaves_without_seal(previous.next_position if previous else 0)
    yield from _never_sealed()


def _header_faults(seal: Seal, previous: Seal | None) -> Iterator[str]:
    number, position, head = 1, 0, NO_SEAL
    if previous:
        number, position = previous.number + 1, previous.next_position
        head = bytes(previous.hash)
    if seal.number != number:
        yield f"seal {number} is gone" if seal.number > number else f"seal {seal.number} is astray"
    elif seal.first_position != position or bytes(seal.previous_hash) != head:
        yield f"seal {seal.number} does not follow seal {number - 1}"
    written = header_bytes(seal)
    if hashlib.sha256(written).digest() != bytes(seal.hash):
        yield f"seal {seal.number} was altered: its hash is not that of what it says"
    if seal.key_id not in keys.public_keys():
        yield f"seal {seal.number} is signed by key {seal.key_id}, which is not known here"
    elif not keys.is_signed(written, key_id=seal.key_id, signature=bytes(seal.signature)):
        yield f"seal {seal.number}: the signature does not fit"


@dataclass(frozen=True, slots=True)
class _Computed:
    """What a leaf would be, made from the row as it is now; None when there is no such row."""

    hash: bytes | None
    parts: bytes = b""


def _batch_faults(seal: Seal, tally: Tally) -> Iterator[str]:
    end = seal.first_position + seal.leaf_count
    found = SealLeaf.objects.filter(position__gte=seal.first_position, position__lt=end)
    leaves = list(found.order_by("position"))
    tally.examined += len(leaves)
    if missing := sorted(set(range(seal.first_position, end)) - {leaf.position for leaf in leaves}):
        yield f"leaf {missing[0]} of seal {seal.number} is gone ({len(missing)} in all)"
    events = read_events((leaf.subject_id, leaf.version) for leaf in leaves if leaf.kind == EVENT)
    journals = read_journals(leaf.subject_id for leaf in leaves if leaf.kind != EVENT)
    computed = _computed(leaves, events, journals)
    stored = [bytes(leaf.hash) for leaf in leaves]
    differing = [n for n, leaf in enumerate(leaves) if not _agree(leaf, computed[n], stored[n])]
    root = bytes(seal.root)
    leaves_fit = root_of(stored) == root
    if not leaves_fit and not missing and not differing:
        yield f"seal {seal.number}: its root is not that of its leaves"
    # Where the rows make the root and the leaves do not, it is the leaf that was altered.
    rows_fit = not leaves_fit and root_of([made.hash or b"" for made in computed]) == root
    for n in differing:
        if rows_fit or computed[n].hash == stored[n]:
            yield f"leaf {leaves[n].position} of seal {seal.number} was altered"
        else:
            yield from _row_faults(leaves[n], computed[n], events, journals)
    for n, leaf in enumerate(leaves):
        yield from _place_faults(leaf, computed[n], events, journals)


def _agree(leaf: SealLeaf, made: _Computed, stored: bytes) -> bool:
    return made.hash == stored and made.parts == bytes(leaf.parts)


def _computed(
    leaves: Sequence[SealLeaf],
    events: Mapping[tuple[UUID, int], EventRow],
    journals: Mapping[UUID, JournalRow],
) -> list[_Computed]:
    keys_before = {(leaf.subject_id, leaf.version - 1) for leaf in leaves if leaf.kind == EVENT}
    stored = sealed_hashes(keys_before)
    made: dict[int, _Computed] = {}
    rebuilt: dict[tuple[UUID, int], bytes] = {}
    # In the order of versions, whatever the order of leaves: each event names the leaf before it.
    for leaf in sorted(leaves, key=lambda leaf: (leaf.subject_id, leaf.version)):
        key = (leaf.subject_id, leaf.version)
        before = (leaf.subject_id, leaf.version - 1)
        event = events.get(key) if leaf.kind == EVENT else None
        journal = journals.get(leaf.subject_id) if leaf.kind != EVENT else None
        if event:
            # Rebuilt where it can be: an altered leaf must not pull its successors down with it.
            candidates = (rebuilt.get(before), stored.get(before), NO_LEAF)
            options = [_event_hash(leaf, event, one) for one in candidates if one is not None]
            fitting = bytes(leaf.hash) if bytes(leaf.hash) in options else options[0]
            made[leaf.position] = _Computed(fitting)
            rebuilt[key] = fitting
        elif journal:
            commitments = commit(journal_members(journal), bytes(leaf.salt))
            made[leaf.position] = _Computed(
                leaf_hash(leaf.kind, commitments), parts_of(commitments)
            )
        else:
            made[leaf.position] = _Computed(None)
    return [made[leaf.position] for leaf in leaves]


def _event_hash(leaf: SealLeaf, event: EventRow, previous_leaf: bytes) -> bytes:
    members = event_members(event, previous_leaf=previous_leaf)
    return leaf_hash(leaf.kind, commit(members, bytes(leaf.salt)))


def _row_faults(
    leaf: SealLeaf,
    made: _Computed,
    events: Mapping[tuple[UUID, int], EventRow],
    journals: Mapping[UUID, JournalRow],
) -> Iterator[str]:
    if made.hash is None:
        name = f"event {leaf.subject_id} v{leaf.version}"
        if leaf.kind != EVENT:
            name = f"journal {leaf.subject_id}"
        yield f"{name} was sealed as leaf {leaf.position} and is gone"
    elif leaf.kind == EVENT:
        event = events[leaf.subject_id, leaf.version]
        yield (
            f"event {leaf.subject_id} v{leaf.version} ({event.stream}, {event.type}) is not what "
            f"was sealed as leaf {leaf.position}"
        )
    else:
        yield from _journal_faults(leaf, made, journals[leaf.subject_id])


def _journal_faults(leaf: SealLeaf, made: _Computed, journal: JournalRow) -> Iterator[str]:
    sealed, now = _split(bytes(leaf.parts)), _split(made.parts)
    by_line = {entry.line: entry for entry in journal.entries}
    altered = [
        line for line, (one, other) in enumerate(zip_longest(sealed, now), start=1) if one != other
    ]
    for line in altered:
        entry = by_line.get(line)
        name = f"entry {entry.id} ({entry.account})" if entry else "an entry that is gone"
        yield (
            f"leg {line} of journal {journal.id} ({journal.kind}), {name}, is not what was sealed "
            f"as leaf {leaf.position}"
        )
    if not altered:
        yield (
            f"journal {journal.id} ({journal.kind}) is not what was sealed as leaf {leaf.position}"
        )


def _split(parts: bytes) -> list[bytes]:
    return [parts[n : n + PART_BYTES] for n in range(0, len(parts), PART_BYTES)]


def _place_faults(
    leaf: SealLeaf,
    made: _Computed,
    events: Mapping[tuple[UUID, int], EventRow],
    journals: Mapping[UUID, JournalRow],
) -> Iterator[str]:
    """A leaf's own transaction id is under no hash; the row's is."""
    if made.hash is None or made.hash != bytes(leaf.hash):
        return
    row: EventRow | JournalRow = (
        events[leaf.subject_id, leaf.version] if leaf.kind == EVENT else journals[leaf.subject_id]
    )
    if row.xact_id != leaf.xact_id:
        yield f"leaf {leaf.position} was altered: it names another transaction than its row"


def _leaves_without_seal(position: int) -> Iterator[str]:
    beyond = SealLeaf.objects.filter(position__gte=position).order_by("position").first()
    if beyond:
        yield f"leaf {beyond.position} and what follows belong to no seal: seals are gone"


def _never_sealed() -> Iterator[str]:
    last = last_place()
    if not Seal.objects.exists():
        return
    for stream_name, stream_id, version in _rows(NEVER_SEALED_EVENTS, last.before_events):
        yield f"event {stream_id} v{version} ({stream_name}) slipped in behind the seals"
    for (journal_id,) in _rows(NEVER_SEALED_JOURNALS, last.before_journals):
        yield f"journal {journal_id} slipped in behind the seals"


def _rows(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
