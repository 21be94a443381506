"""What a leaf says of an event or a journal, hidden member by member.

A leaf does not hold the members themselves but a salted commitment to each (the idea of RFC 9901),
so that a proof shows a buyer what concerns the buyer and still reaches the root: what is not shown
stays behind its commitment, which cannot be guessed without its salt.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marketplace.payments.seals.merkle import hash_leaf

FORMAT = "fairhold-leaf/1"
EVENT, JOURNAL = "event", "journal"
SALT_BYTES = 32
COMMITMENT_PREFIX = b"\x02"
NO_LEAF = bytes(32)
"""What the first event of a stream names as the leaf before it."""


# Made once: json.dumps would make it anew for each of a dozen members of each leaf.
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as the database has it now."""

    stream: str
    stream_id: UUID
    version: int
    event_id: UUID
    type: str
    payload: Mapping[str, Any]
    actor: str
    occurred_at: datetime
    prev_hash: bytes
    hash: bytes
    xact_id: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: int
    line: int
    account: str
    amount_minor: int
    currency: str
    account_version: int | None
    balance_after_minor: int | None
    reference_id: UUID
    posted_at: datetime
    xact_id: int


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A journal with its entries, as the database has them now."""

    id: UUID
    kind: str
    business_key: str
    reference_id: UUID
    reverses_id: UUID | None
    metadata: Mapping[str, Any]
    request_id: str
    occurred_at: datetime
    xact_id: int
    stated: Sequence[Sequence[int]]
    """The accounts and the amounts that the journal row itself names, by leg."""
    entries: Sequence[EntryRow]


def event_members(row: EventRow, *, previous_leaf: bytes) -> dict[str, Any]:
    """``hashes`` binds the leaf to the stream's own chain; it is never shown, because a hash
    without a salt would let a reader try out the members that are hidden."""
    return {
        "stream": row.stream,
        "stream_id": str(row.stream_id),
        "version": row.version,
        "previous_leaf": previous_leaf.hex(),
        "event_id": str(row.event_id),
        "type": row.type,
        "actor": row.actor,
        "occurred_at": moment(row.occurred_at),
        "hashes": {"prev_hash": row.prev_hash.hex(), "hash": row.hash.hex()},
        "xact_id": row.xact_id,
        **{f"payload.{name}": value for name, value in row.payload.items()},
    }


def journal_members(row: JournalRow) -> dict[str, Any]:
    """Each leg is a member of its own, and so is its place in its account's history."""
    members: dict[str, Any] = {
        "id": str(row.id),
        "kind": row.kind,
        "business_key": row.business_key,
        "reference_id": str(row.reference_id),
        "reverses_id": str(row.reverses_id) if row.reverses_id else None,
        "occurred_at": moment(row.occurred_at),
        "posted_at": moment(row.entries[0].posted_at) if row.entries else None,
        "metadata": row.metadata,
        "request_id": row.request_id,
        "xact_id": row.xact_id,
        "stated": row.stated,
        "legs": len(row.entries),
    }
    for entry in row.entries:
        members[f"leg.{entry.line}"] = {
            "account": entry.account,
            "amount_minor": entry.amount_minor,
            "currency": entry.currency,
        }
        members[f"leg.{entry.line}.place"] = {
            "entry_id": entry.id,
            "version": entry.account_version,
            "balance_after_minor": entry.balance_after_minor,
            "reference_id": str(entry.reference_id),
            "posted_at": moment(entry.posted_at),
            "xact_id": entry.xact_id,
        }
    return members


def commit(members: Mapping[str, Any], salt: bytes) -> dict[str, bytes]:
    """The commitment to each member: SHA-256(0x02, the member's salt, its canonical value)."""
    return {
        name: hashlib.sha256(
            COMMITMENT_PREFIX + member_salt(salt, name) + canonical(value)
        ).digest()
        for name, value in members.items()
    }


def member_salt(salt: bytes, name: str) -> bytes:
    return hmac.digest(salt, name.encode(), "sha256")


def leaf_bytes(kind: str, commitments: Mapping[str, bytes]) -> bytes:
    named = {name: commitment.hex() for name, commitment in commitments.items()}
    return canonical({"format": FORMAT, "kind": kind, "members": named})


def leaf_hash(kind: str, commitments: Mapping[str, bytes]) -> bytes:
    return hash_leaf(leaf_bytes(kind, commitments))


def parts_of(commitments: Mapping[str, bytes]) -> bytes:
    """32 bytes for each leg of a journal, so that the audit can say which entry was altered."""
    count = sum(name.startswith("leg.") for name in commitments) // 2
    digests = (
        hashlib.sha256(
            commitments.get(f"leg.{line}", b"") + commitments.get(f"leg.{line}.place", b"")
        ).digest()
        for line in range(1, count + 1)
    )
    return b"".join(digests)


def canonical(value: Any) -> bytes:
    """JSON as RFC 8785 writes it, for what we have in it: no fractions, members named in ASCII."""
    return _encode(value).encode()


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
