"""Reading the audit log, for staff who may see it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.ids import least_id_at
from marketplace.core.models import AuditEntry, AuditLink
from marketplace.core.policies import require_permission

PERMISSION = "core.view_auditentry"
COLUMNS = (
    "id",
    "occurred_at",
    "actor_id",
    "actor_name",
    "action",
    "subject_type",
    "subject_id",
    "reason",
    "before",
    "after",
    "request_id",
    "number",
    "hash",
)
# An entry is stamped a moment before its id is made, by the same clock.
BETWEEN_STAMP_AND_ID = timedelta(minutes=1)
Rows = QuerySet[AuditEntry, dict[str, Any]]


def list_audit_entries(
    *,
    actor: Actor,
    actor_id: UUID | None = None,
    action: str | None = None,
    subject_id: UUID | None = None,
    occurred_from: datetime | None = None,
    occurred_before: datetime | None = None,
) -> Rows:
    """Entries with their places in the chain; the caller pages them, newest first.

    The first moment of the period belongs to it, the last does not. Raises ``Forbidden``.
    """
    rows = _visible_to(actor)
    wanted = {"actor_id": actor_id, "action": action, "subject_id": subject_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    # The bounds by id let one walk down an index find a period of long ago at once.
    if occurred_from:
        rows = rows.filter(occurred_at__gte=occurred_from, id__gte=_bound(occurred_from, -1))
    if occurred_before:
        rows = rows.filter(occurred_at__lt=occurred_before, id__lt=_bound(occurred_before, 1))
    return rows


def get_audit_entry(*, actor: Actor, entry_id: UUID) -> dict[str, Any]:
    """Raises ``Forbidden``, whether there is such an entry or not; ``NotFound``."""
    entry = _visible_to(actor).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("audit entry")
    return entry


def _visible_to(actor: Actor) -> Rows:
    require_permission(actor, PERMISSION)
    link = AuditLink.objects.filter(entry_id=OuterRef("pk"))
    placed = AuditEntry.objects.annotate(
        number=Subquery(link.values("number")), hash=Subquery(link.values("hash"))
    )
    rows: Rows = placed.values(*COLUMNS)
    return rows


def _bound(moment: datetime, sign: int) -> UUID:
    try:
        return least_id_at(moment + sign * BETWEEN_STAMP_AND_ID)
    except OverflowError:
        # At either end of what a date can say.
        return least_id_at(moment)
