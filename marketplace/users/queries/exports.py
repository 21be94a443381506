from uuid import UUID

from marketplace.users.models import DataExport
from marketplace.users.repositories.exports import export_snapshot, find_own
from marketplace.users.snapshots import ExportSnapshot

MOST_LISTED = 20


def list_exports(*, user_id: UUID) -> list[ExportSnapshot]:
    """The newest first."""
    rows = DataExport.objects.filter(user_id=user_id).order_by("-id")[:MOST_LISTED]
    return [export_snapshot(row) for row in rows]


def get_export(*, export_id: UUID, user_id: UUID) -> ExportSnapshot:
    """Raises NotFound, also for somebody else's."""
    return export_snapshot(find_own(export_id=export_id, user_id=user_id))
