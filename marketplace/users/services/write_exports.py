import tempfile
from datetime import timedelta
from typing import IO

import structlog

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.privacy import personal_data
from marketplace.core.retention import kept_for
from marketplace.users import privacy_letters
from marketplace.users.archives import write_archive
from marketplace.users.events import ExportReady
from marketplace.users.models import DataExport, ExportPortion, ExportState
from marketplace.users.repositories.exports import CONTENT, EXPORTS
from marketplace.users.repositories.users import lock_user

PORTION_BYTES = 256 * 1024
IN_MEMORY_BYTES = 8 * 1024 * 1024
LEASE = timedelta(minutes=15)
MOST_ATTEMPTS = 3

log = structlog.get_logger(__name__)


def write_exports() -> int:
    """Write one file that somebody asked for; returns how many were taken up.

    Gathered outside any transaction, because a long history takes a while; the portions appear
    together with the word that they are ready. A worker that dies leaves it to another one.
    """
    export = _take()
    if export is None:
        return 0
    try:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
            write_archive(
                file,
                user_id=export.user_id,
                kinds=personal_data(),
                at=clock.now(),
                progress=lambda done: _note_progress(export, done),
            )
            _publish(export, file)
    except Exception as error:  # noqa: BLE001 # one person's failure stops nobody else's file
        # By its type alone: a message may hold what was being written.
        log.warning("export_failed", export_id=str(export.pk), error=type(error).__qualname__)
        _give_back(export)
    return 1


@opens_transaction
def _take() -> DataExport | None:
    now = clock.database_now()
    # SKIP LOCKED: workers share the queue. The lease, not the lock, keeps others away meanwhile.
    export = (
        DataExport.objects.select_for_update(skip_locked=True)
        .filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .first()
    )
    if export is None:
        return None
    export.state, export.next_attempt_at = ExportState.RUNNING, now + LEASE
    export.attempts += 1
    export.done = 0
    export.save(update_fields=["state", "next_attempt_at", "attempts", "done"])
    return export


def _note_progress(export: DataExport, done: int) -> None:
    DataExport.objects.filter(pk=export.pk, attempts=export.attempts).update(done=done)


@opens_transaction
def _publish(export: DataExport, file: IO[bytes]) -> None:
    user = lock_user(export.user_id)
    # Only by the worker that still has it, and for nobody who was erased meanwhile.
    mine = DataExport.objects.select_for_update().filter(
        pk=export.pk, attempts=export.attempts, state=ExportState.RUNNING
    )
    if not user.is_active or not mine.exists():
        return
    size = file.tell()
    file.seek(0)
    number = 0
    while content := file.read(PORTION_BYTES):
        portion = ExportPortion(id=new_id(), export_id=export.pk, number=number)
        portion.content_encrypted = CONTENT.seal_bytes(content, row_id=portion.pk)
        portion.save(force_insert=True)
        number += 1
    now = clock.database_now()
    expires_at = now + kept_for(EXPORTS)
    mine.update(
        state=ExportState.READY,
        size_bytes=size,
        ready_at=now,
        expires_at=expires_at,
        next_attempt_at=None,
    )
    record(ExportReady(user_id=user.pk, export_id=export.pk), key=user.pk)
    privacy_letters.write_export_ready(email=user.email, expires_at=expires_at)


@opens_transaction
def _give_back(export: DataExport) -> None:
    gives_up = export.attempts >= MOST_ATTEMPTS
    DataExport.objects.filter(pk=export.pk, attempts=export.attempts).update(
        state=ExportState.FAILED if gives_up else ExportState.QUEUED,
        next_attempt_at=None if gives_up else clock.database_now() + timedelta(minutes=1),
    )
