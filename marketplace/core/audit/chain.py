"""How an entry's place is hashed; the trigger `core_audit_chain` computes the same."""

import hashlib
from uuid import UUID

NO_HASH = bytes(32)


def link_hash(previous: bytes, number: int, entry_id: UUID, digest: bytes) -> bytes:
    place = number.to_bytes(8, "big", signed=True) + entry_id.bytes
    return hashlib.sha256(previous + place + digest).digest()
