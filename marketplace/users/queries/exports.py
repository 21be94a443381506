from collections.abc import Iterator
from uuid import UUID

from marketplace.core.errors import NotFound
from marketplace.users.models import DataExport, ExportPortion
from marketplace.users.repositories.exports import CONTENT, export_snapshot, find_own, is_readable
from marketplace.users.snapshots import ExportSnapshot

MOST_LISTED = 20


def list_exports(*, user_id: UUID) -> list[ExportSnapshot]:
    """The newest first."""
    rows = DataExport.objects.filter(user_id=user_id).order_by("-id")[:MOST_LISTED]
    return [export_snapshot(row) for row in rows]


def get_export(*, export_id: UUID, user_id: UUID) -> ExportSnapshot:
    """Raises NotFound, also for somebody else's."""
    return export_snapshot(find_own(export_id=export_id, user_id=user_id))


def read_export(*, export_id: UUID, user_id: UUID) -> Iterator[bytes]:
    """The opened file, portion by portion; NotFound unless it is one's own, ready and not expired.

    The check happens before the first portion is asked for.
    """
    export = find_own(export_id=export_id, user_id=user_id)
    if not is_readable(export):
        raise NotFound("export")
    return _portions(export)


def _portions(export: DataExport) -> Iterator[bytes]:
    # One by one: a file of pictures is larger than a web process should hold.
    numbers = ExportPortion.objects.filter(export=export).order_by("number")
    for portion_id in list(numbers.values_list("pk", flat=True)):
        portion = ExportPortion.objects.get(pk=portion_id)
        yield CONTENT.unseal_bytes(portion.content_encrypted, row_id=portion.pk)
