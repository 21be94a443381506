"""The signed head of a seal."""

import hashlib
from datetime import datetime
from typing import Any

from marketplace.core.security import signing as keys
from marketplace.payments.models import Seal
from marketplace.payments.seals.leaves import canonical, moment

FORMAT = "fairhold-seal/1"
NO_SEAL = bytes(32)
"""What the first seal names as the one before it."""


def new_seal(*, previous: Seal | None, leaf_count: int, root: bytes, sealed_at: datetime) -> Seal:
    """The seal after ``previous``, hashed and signed with the present key."""
    seal = Seal(
        number=previous.number + 1 if previous else 1,
        first_position=previous.next_position if previous else 0,
        leaf_count=leaf_count,
        root=root,
        previous_hash=bytes(previous.hash) if previous else NO_SEAL,
        sealed_at=sealed_at,
        key_id=next(iter(keys.public_keys())),
    )
    header = header_bytes(seal)
    seal.hash = hashlib.sha256(header).digest()
    _, seal.signature = keys.sign(header)
    return seal


def header(seal: Seal) -> dict[str, Any]:
    """What the seal's hash and signature cover."""
    return {
        "format": FORMAT,
        "number": seal.number,
        "first_position": seal.first_position,
        "leaf_count": seal.leaf_count,
        "root": bytes(seal.root).hex(),
        "previous_hash": bytes(seal.previous_hash).hex(),
        "sealed_at": moment(seal.sealed_at),
        "key_id": seal.key_id,
    }


def header_bytes(seal: Seal) -> bytes:
    return canonical(header(seal))


def document(seal: Seal) -> dict[str, Any]:
    """The seal as proof files and exported heads carry it."""
    return {
        **header(seal),
        "hash": bytes(seal.hash).hex(),
        "signature": bytes(seal.signature).hex(),
    }
