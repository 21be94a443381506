"""A sale's events and journals with their leaves and seals, as the database has them now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from marketplace.payments.models import LedgerJournal, PaymentEvent, Seal, SealLeaf
from marketplace.payments.seals.leaves import EventRow, JournalRow
from marketplace.payments.seals.rows import read_events, read_journals

LEAVES = """
    SELECT l.position FROM unnest(%s::uuid[], %s::int[]) k (id, version)
      JOIN payments_seal_leaf l ON l.subject_id = k.id AND l.version = k.version
"""
SEALS = """
    SELECT DISTINCT s.number FROM unnest(%s::bigint[]) p (position)
     CROSS JOIN LATERAL (SELECT number FROM payments_seal WHERE first_position <= p.position
                          ORDER BY first_position DESC LIMIT 1) s
"""


@dataclass(frozen=True, slots=True)
class Trail:
    """``leaves`` and ``seals`` have nothing yet for what is not sealed."""

    events: Sequence[EventRow]
    journals: Sequence[JournalRow]
    leaves: Mapping[tuple[UUID, int], SealLeaf]
    seals: Sequence[Seal]

    def seal_of(self, leaf: SealLeaf) -> Seal:
        return next(
            seal for seal in self.seals if seal.first_position <= leaf.position < seal.next_position
        )


def read_trail(*, payment_id: UUID, order_id: UUID) -> Trail:
    """Everything of one sale, in a fixed number of queries."""
    keys = list(
        PaymentEvent.objects.filter(stream_id=payment_id)
        .order_by("version")
        .values_list("stream_id", "version")
    )
    events = read_events(keys)
    named = {
        UUID(event.payload["journal_id"])
        for event in events.values()
        if event.payload.get("journal_id")
    }
    by_order = LedgerJournal.objects.filter(reference_id=order_id)
    named.update(by_order.values_list("id", flat=True))
    journals = read_journals(named)
    subjects = [*keys, *((journal_id, 0) for journal_id in journals)]
    leaves = _leaves(subjects)
    return Trail(
        events=[events[key] for key in keys if key in events],
        journals=sorted(journals.values(), key=_posted),
        leaves=leaves,
        seals=_seals(leaf.position for leaf in leaves.values()),
    )


def _posted(journal: JournalRow) -> tuple[object, UUID]:
    first = journal.entries[0].posted_at if journal.entries else journal.occurred_at
    return first, journal.id


def _leaves(subjects: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], SealLeaf]:
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [[key for key, _ in subjects], [v for _, v in subjects]])
        positions = [position for (position,) in cursor.fetchall()]
    found = SealLeaf.objects.filter(position__in=positions)
    return {(leaf.subject_id, leaf.version): leaf for leaf in found}


def _seals(positions: Iterable[int]) -> list[Seal]:
    with connection.cursor() as cursor:
        cursor.execute(SEALS, [list(positions)])
        numbers = [number for (number,) in cursor.fetchall()]
    return list(Seal.objects.filter(number__in=numbers).order_by("number"))
