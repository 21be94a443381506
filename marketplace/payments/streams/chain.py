"""The hash chain of a stream: each event seals the one before it."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

GENESIS = bytes(32)
"""What the first event of a stream seals."""


def event_hash(
    *,
    prev_hash: bytes,
    stream: str,
    stream_id: UUID,
    version: int,
    event_id: UUID,
    event_type: str,
    payload: Mapping[str, Any],
    actor: str,
    occurred_at: datetime,
) -> bytes:
    """SHA-256 over the previous hash and the event's canonical bytes.

    Canonical: JSON with sorted members and no spaces; the time in UTC with microseconds. Payloads
    hold strings, integers, booleans, nulls, lists and objects only, so that a round trip through
    ``jsonb`` gives the same bytes.
    """
    canonical = orjson.dumps(
        {
            "stream": stream,
            "stream_id": str(stream_id),
            "version": version,
            "event_id": str(event_id),
            "type": event_type,
            "payload": payload,
            "actor": actor,
            "occurred_at": occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
        },
        option=orjson.OPT_SORT_KEYS,
    )
    return hashlib.sha256(prev_hash + canonical).digest()
