from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action, subject_id_of
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.policies import require_permission
from marketplace.payments.models import ProviderReportLine
from marketplace.payments.providers.factory import enabled_providers
from marketplace.payments.providers.protocol import ReportLine
from marketplace.payments.reports import FORMATS, ReportFileInvalid, read_report_file
from marketplace.payments.repositories.report_lines import keep_lines, lock_report

CHUNK_LINES = 2_000


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """``known`` lines had been imported before and were left as they are."""

    new: int
    known: int


@opens_transaction
def import_report_file(
    *, provider: str, file_format: str, file: BinaryIO, name: str, actor: Actor
) -> ImportedFile:
    """Import a provider's balance report from a file: all of it, or nothing.

    The file is read line by line and never held in memory. A file that was imported before, or
    that overlaps with one, adds what is new. Whatever is wrong is named with its line.

    Raises :class:`Forbidden`, :class:`NotFound` for an unknown provider, :class:`InvalidInput` for
    an unknown format, and :class:`ReportFileInvalid`.
    """
    require_permission(actor, "payments.import_report")
    if provider not in enabled_providers():
        raise NotFound("payment provider")
    if file_format not in FORMATS:
        raise InvalidInput(f"{file_format!r} is not one of {', '.join(FORMATS)}.")
    report = lock_report(provider)
    began_at = _newest_line(provider)
    source = f"{name[:100]} by {actor}"
    new = known = 0
    latest: datetime | None = None
    numbered = read_report_file(file, file_format)
    while chunk := list(islice(numbered, CHUNK_LINES)):
        kept_new, kept_known = _keep_chunk(provider, chunk, source=source, began_at=began_at)
        new, known = new + kept_new, known + kept_known
        newest = max(line.occurred_at for _, line in chunk)
        latest = newest if latest is None else max(latest, newest)
    if latest is not None:
        # A file tells nothing of what came after its last line.
        latest = min(latest, clock.database_now())
        report.covers_until = max(report.covers_until or latest, latest)
    report.imported_at = clock.now()
    report.save(update_fields=["covers_until", "imported_at"])
    record_action(
        actor=actor,
        action="payments.import_report",
        subject_type="payments.providerreport",
        subject_id=subject_id_of(provider),
        reason=f"File {name[:100]}",
        before={},
        after={"new": new, "known": known},
    )
    return ImportedFile(new, known)


def _newest_line(provider: str) -> int:
    newest = ProviderReportLine.objects.filter(provider=provider).order_by("-id")
    return newest.values_list("id", flat=True).first() or 0


def _keep_chunk(
    provider: str, chunk: list[tuple[int, ReportLine]], *, source: str, began_at: int
) -> tuple[int, int]:
    numbers: dict[str, int] = {}
    for number, line in chunk:
        if line.id in numbers:
            raise _doubled(line.id, number)
        numbers[line.id] = number
    kept = keep_lines(provider, [line for _, line in chunk], source=source)
    for line in kept.contradicted:
        what = f"{line.id!r} was imported before with another kind, amount or currency."
        raise ReportFileInvalid(what, line=numbers[line.id])
    for line in _of_this_file(provider, kept.known, began_at):
        raise _doubled(line.id, numbers[line.id])
    return kept.new, len(kept.known)


def _of_this_file(
    provider: str, known: Sequence[ReportLine], began_at: int
) -> Iterator[ReportLine]:
    """Those that an earlier chunk of the same file has brought."""
    by_id = {line.id: line for line in known}
    newer = ProviderReportLine.objects.filter(
        provider=provider, line_id__in=list(by_id), id__gt=began_at
    )
    for line_id in newer.values_list("line_id", flat=True):
        yield by_id[line_id]


def _doubled(line_id: str, number: int) -> ReportFileInvalid:
    return ReportFileInvalid(f"{line_id!r} is in the file twice.", line=number)
