"""Load, describe and forget exports."""

from datetime import datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.users.models import DataExport, ExportPortion, ExportState
from marketplace.users.snapshots import ExportSnapshot

EXPORTS = "users.exports"
"""The retention rule: how long a file can be downloaded."""
BATCH_SIZE = 20
CONTENT = ExportPortion._meta.get_field("content_encrypted")


def find_own(*, export_id: UUID, user_id: UUID) -> DataExport:
    """Raises NotFound, also for somebody else's."""
    export = DataExport.objects.filter(pk=export_id, user_id=user_id).first()
    if export is None:
        raise NotFound("export")
    return export


def is_readable(export: DataExport) -> bool:
    return (
        export.state == ExportState.READY
        and export.expires_at is not None
        and export.expires_at > clock.database_now()
    )


def export_snapshot(export: DataExport) -> ExportSnapshot:
    return ExportSnapshot(
        id=export.pk,
        state=export.state,
        done=export.done,
        total=export.total,
        size_bytes=export.size_bytes,
        requested_at=export.requested_at,
        ready_at=export.ready_at,
        expires_at=export.expires_at,
    )


def purge_exports(before: datetime) -> int:
    """Files that can be downloaded no longer, and what came to nothing."""
    old = DataExport.objects.filter(requested_at__lt=before, next_attempt_at__isnull=True)
    gone = old.exclude(expires_at__gt=clock.database_now()).order_by("requested_at")
    ids = list(gone.values_list("pk", flat=True)[:BATCH_SIZE])
    DataExport.objects.filter(pk__in=ids).delete()
    return len(ids)
