"""Writing an entry, and the digest that covers it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from django.db import transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.context import current_request_id
from marketplace.core.db import needs_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.models import AuditEntry

log = structlog.get_logger(__name__)

MASK = "***"


@needs_transaction
def record_action(
    *,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: UUID,
    reason: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> UUID:
    """Write down what ``actor`` does; it is there if and only if the caller's transaction commits.

    ``action`` is the permission or command, ``subject_type`` the model's label in lower case.
    ``before`` and ``after`` hold what the action changed: ids, codes, amounts as text, times;
    of personal data only the names of the fields and :func:`masked` values.

    Raises ``InvalidInput`` without a reason, whoever forgot to ask for one: nothing is done then.
    """
    if not reason.strip():
        raise InvalidInput("Say why.", fields={"reason": ["Say why."]})
    entry = AuditEntry(
        actor_id=actor.user_id,
        actor_name="" if actor.user_id else actor.name,
        action=action,
        subject_type=subject_type.lower(),
        subject_id=subject_id,
        reason=reason.strip(),
        before=_plain(before),
        after=_plain(after),
        request_id=current_request_id(),
        occurred_at=clock.now(),
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    digest = bytes(entry.digest).hex()
    # In the logs each entry leaves the database before the next anchor is made.
    transaction.on_commit(
        lambda: log.info("staff_action", entry=str(entry.pk), action=action, digest=digest)
    )
    return entry.pk


def digest_of(entry: AuditEntry) -> bytes:
    """SHA-256 over every column but itself, as canonical JSON."""
    members = {
        "id": str(entry.pk),
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": str(entry.subject_id),
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "request_id": entry.request_id,
        "occurred_at": entry.occurred_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"fairhold/audit-entry/v1\n" + text.encode()).digest()


def masked(value: str) -> str:
    """Enough to tell two values apart, too little to know one: ``anna@x.test`` is ``a***``."""
    return f"{value[:1]}{MASK}" if value else ""


def _plain(value: Any) -> Any:
    """Only what comes back from the database exactly as it went in, so that digests agree."""
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return _plain(value.value)
        case str():
            return str(value)
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Mapping():
            return {str(name): _plain(member) for name, member in value.items()}
        case set() | frozenset():
            return sorted(_plain(member) for member in value)
        case Sequence():
            return [_plain(member) for member in value]
    raise TypeError(f"{type(value).__name__} has no place in the audit log: give text")


def subject_id_of(key: object) -> UUID:
    """The id under which a row stands in the log: its own, or one made of a number or a code."""
    match key:
        case UUID():
            return key
        case int():
            return UUID(int=key)
        case _:
            return uuid5(NAMESPACE_OID, str(key))
