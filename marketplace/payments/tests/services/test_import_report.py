"""``import_report``: a provider's balance report by its API."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.core.db import TransactionNested
from marketplace.payments.errors import ReportContradicted
from marketplace.payments.models import ProviderBalance, ProviderReport, ProviderReportLine
from marketplace.payments.models.provider_report import REPORT_KINDS
from marketplace.payments.providers.protocol import (
    ProviderUnknown,
    ReportKind,
    ReportPage,
    ReportUnavailable,
)
from marketplace.payments.services import import_report, import_reports
from marketplace.payments.tests.fake_provider import REPORT_PAGE, FakeProvider
from marketplace.payments.tests.reports import line

pytestmark = pytest.mark.django_db


def kept() -> list[str]:
    return list(ProviderReportLine.objects.order_by("id").values_list("line_id", flat=True))


def test_every_page_is_read_and_every_line_kept_once(provider: FakeProvider) -> None:
    provider.report = [line(amount_minor=100) for _ in range(2 * REPORT_PAGE + 7)]
    assert import_report(provider="sandbox") == 207
    assert import_report(provider="sandbox") == 0
    assert kept() == [each.id for each in provider.report]
    provider.report.append(line(ReportKind.REFUND, -50))
    assert import_reports() == 1
    balance = ProviderBalance.objects.get()
    assert (balance.currency, balance.lines_minor) == ("EUR", 207 * 100 - 50)
    assert ProviderReport.objects.get().covers_until is not None


def test_a_break_between_two_pages_is_taken_up_where_it_was(provider: FakeProvider) -> None:
    provider.report = [line() for _ in range(REPORT_PAGE + 5)]
    read = provider.read_report

    def breaks(after: str) -> ReportPage:
        if after:
            raise ProviderUnknown("no answer")
        return read(after)

    provider.read_report = breaks  # type: ignore[method-assign]
    assert import_reports() == 0
    report = ProviderReport.objects.get()
    assert (report.last_error, report.covers_until) == ("no answer", None)
    assert len(kept()) == REPORT_PAGE
    provider.read_report = read  # type: ignore[method-assign]
    assert import_reports() == 5
    report.refresh_from_db()
    assert report.last_error == ""
    assert report.covers_until is not None


def test_a_provider_without_a_report_is_left_alone(provider: FakeProvider) -> None:
    provider.fail_next = [ReportUnavailable("none")]
    assert import_reports() == 0
    assert not ProviderReport.objects.exists()


def test_a_line_that_changes_afterwards_is_refused(provider: FakeProvider) -> None:
    provider.report = [line(line_id="txn_1", amount_minor=100)]
    import_report(provider="sandbox")
    provider.report.append(line(line_id="txn_1", amount_minor=101))
    ProviderReport.objects.update(read_after="")
    provider.report = provider.report[1:]
    with pytest.raises(ReportContradicted):
        import_report(provider="sandbox")
    assert ProviderReportLine.objects.get().amount_minor == 100
    assert import_reports() == 0
    assert "txn_1" in ProviderReport.objects.get().last_error


def test_the_provider_is_never_asked_inside_a_transaction(provider: FakeProvider) -> None:
    with transaction.atomic(), pytest.raises(TransactionNested):
        import_report(provider="sandbox")
    assert provider.calls == []


def test_a_page_that_leads_nowhere_is_read_once(provider: FakeProvider) -> None:
    provider.read_report = lambda after: ReportPage([], after, has_more=True)  # type: ignore[method-assign]
    assert import_report(provider="sandbox") == 0


def test_lines_are_never_changed(provider: FakeProvider) -> None:
    provider.report = [line()]
    import_report(provider="sandbox")
    for statement in (
        "UPDATE payments_provider_report_line SET amount_minor = 1",
        "DELETE FROM payments_provider_report_line",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_knows_the_kinds_of_the_protocol() -> None:
    assert tuple(ReportKind) == REPORT_KINDS


@pytest.mark.django_db(transaction=True)
def test_two_who_import_at_the_same_moment_keep_each_line_once(provider: FakeProvider) -> None:
    provider.report = [line(amount_minor=10) for _ in range(3 * REPORT_PAGE)]

    def run(_: int) -> int:
        try:
            return import_report(provider="sandbox")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        new = sum(pool.map(run, range(4)))
    new += import_report(provider="sandbox")
    assert new == 300
    assert sorted(kept()) == sorted(each.id for each in provider.report)
    assert ProviderBalance.objects.get().lines_minor == 3_000
