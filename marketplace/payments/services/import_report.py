from datetime import datetime

import structlog

from marketplace.core import clock
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.errors import DomainError
from marketplace.payments.errors import ReportContradicted
from marketplace.payments.models import ProviderReport
from marketplace.payments.providers.factory import enabled_providers, get_provider
from marketplace.payments.providers.protocol import (
    ProviderError,
    ReportPage,
    ReportUnavailable,
)
from marketplace.payments.repositories.report_lines import keep_lines, lock_report

SOURCE = "api"

log = structlog.get_logger(__name__)


def import_reports() -> int:
    """The job: read on in the report of every provider that has one; returns how many new lines.

    A provider that does not answer holds up no other, and is asked again at the next run: the
    error stands on its row, and ``covers_until`` says how far its report has been read.
    """
    new = 0
    for provider in sorted(enabled_providers()):
        try:
            new += import_report(provider=provider)
        except ReportUnavailable:
            continue  # its file is imported by an operator
        except (ProviderError, DomainError) as error:
            log.warning("report_not_read", provider=provider, error=str(error))
            _note_error(provider, str(error))
    return new


def import_report(*, provider: str) -> int:
    """Read a provider's balance report to its end, page by page; returns how many new lines.

    Each page is asked for outside any transaction and kept together with the place where reading
    goes on, so a crash leaves off between two pages. Each (provider, line id) is kept once, also
    when two read at the same moment.

    Raises what the provider's calls raise, and :class:`ReportContradicted` when it now says
    something else under the id of a line that it has reported before.
    """
    forbid_transaction("reading a provider's report")
    new, after, has_more = 0, _read_after(provider), True
    while has_more:
        asked_at = clock.database_now()
        page = get_provider(provider).read_report(after)
        kept, goes_on = _keep_page(provider=provider, after=after, page=page, asked_at=asked_at)
        new += kept
        # A page that leads nowhere would be read for ever.
        has_more = goes_on and page.has_more and page.next_after not in ("", after)
        after = page.next_after or after
    return new


def _read_after(provider: str) -> str:
    row = ProviderReport.objects.filter(provider=provider).first()
    return row.read_after if row else ""


@opens_transaction
def _keep_page(
    *, provider: str, after: str, page: ReportPage, asked_at: datetime
) -> tuple[int, bool]:
    report = lock_report(provider)
    if report.read_after != after:
        return 0, False  # somebody else has read this page meanwhile, and goes on reading
    kept = keep_lines(provider, page.lines, source=SOURCE)
    if kept.contradicted:
        raise ReportContradicted(
            f"{provider} reported {kept.contradicted[0].id} before with another content."
        )
    report.read_after = page.next_after or after
    report.imported_at = clock.now()
    report.last_error = ""
    if not page.has_more:
        report.covers_until = asked_at
    report.save(update_fields=["read_after", "imported_at", "last_error", "covers_until"])
    return kept.new, True


@opens_transaction
def _note_error(provider: str, error: str) -> None:
    report = lock_report(provider)
    report.last_error = error[:500]
    report.save(update_fields=["last_error"])
