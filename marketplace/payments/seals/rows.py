"""Reads events and journals for leaves, many at once, as they are now."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from marketplace.payments.seals.leaves import EntryRow, EventRow, JournalRow

EVENTS = """
    SELECT e.stream, e.stream_id, e.version, e.event_id, e.type, e.payload, e.actor, e.occurred_at,
           e.prev_hash, e.hash, e.xact_id::text
      FROM unnest(%s::uuid[], %s::int[]) k (stream_id, version)
      JOIN payments_payment_event e ON e.stream_id = k.stream_id AND e.version = k.version
"""
JOURNALS = """
    SELECT id, kind, business_key, reference_id, reverses_id, request_id, occurred_at, metadata,
           xact_id::text, account_ids, amounts_minor
      FROM payments_ledger_journal WHERE id = ANY (%s)
"""
ENTRIES = """
    SELECT e.journal_id, e.id, e.line, coalesce(a.code, '?'), e.amount_minor, e.currency,
           e.account_version, e.balance_after_minor, e.reference_id, e.posted_at, e.xact_id::text
      FROM payments_ledger_entry e LEFT JOIN payments_ledger_account a ON a.id = e.account_id
     WHERE e.journal_id = ANY (%s) ORDER BY e.journal_id, e.line
"""
JOURNAL_MEMBERS = (
    "id",
    "kind",
    "business_key",
    "reference_id",
    "reverses_id",
    "request_id",
    "occurred_at",
)
ENTRY_MEMBERS = (
    "id",
    "line",
    "account",
    "amount_minor",
    "currency",
    "account_version",
    "balance_after_minor",
    "reference_id",
    "posted_at",
)


def read_events(keys: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], EventRow]:
    """The events of these streams and versions that exist."""
    wanted = list(keys)
    found = {}
    for row in _fetch(EVENTS, [[stream for stream, _ in wanted], [v for _, v in wanted]]):
        *plain, payload, actor, occurred_at, prev_hash, own_hash, xact_id = row
        stream, stream_id, version, event_id, event_type = plain
        found[stream_id, version] = EventRow(
            stream=stream,
            stream_id=stream_id,
            version=version,
            event_id=event_id,
            type=event_type,
            payload=_decoded(payload),
            actor=actor,
            occurred_at=occurred_at,
            prev_hash=bytes(prev_hash),
            hash=bytes(own_hash),
            xact_id=int(xact_id),
        )
    return found


def read_journals(ids: Iterable[UUID]) -> dict[UUID, JournalRow]:
    """The journals of these ids that exist, with their entries."""
    wanted = list(ids)
    entries: dict[UUID, list[EntryRow]] = {}
    for journal_id, *members, xact_id in _fetch(ENTRIES, [wanted]):
        entries.setdefault(journal_id, []).append(
            EntryRow(**dict(zip(ENTRY_MEMBERS, members, strict=True)), xact_id=int(xact_id))
        )
    found = {}
    for *members, metadata, xact_id, account_ids, amounts_minor in _fetch(JOURNALS, [wanted]):
        named = dict(zip(JOURNAL_MEMBERS, members, strict=True))
        found[named["id"]] = JournalRow(
            **named,
            metadata=_decoded(metadata),
            xact_id=int(xact_id),
            stated=[account_ids, amounts_minor],
            entries=entries.get(named["id"], []),
        )
    return found


def _fetch(query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    if not parameters[0]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _decoded(value: Any) -> Any:
    """Django registers its own loader for jsonb, which leaves text to the model field."""
    return json.loads(value) if isinstance(value, str) else value
