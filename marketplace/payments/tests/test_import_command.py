"""``manage.py import_provider_report``."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from marketplace.core.actor import Role
from marketplace.payments.models import ProviderReportLine, ReconciliationItem
from marketplace.payments.providers.protocol import ProviderUnknown
from marketplace.payments.tests.factories import make_user
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import line
from marketplace.payments.tests.services.test_import_report_file import GOOD, HEADER

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_provider_report", "sandbox", *arguments, stdout=out)
    return out.getvalue()


def test_it_reads_the_providers_report(provider: FakeProvider) -> None:
    provider.report = [line(), line()]
    assert "2 new lines" in run()
    assert ReconciliationItem.objects.count() == 2


def test_it_imports_a_file_in_the_name_of_an_operator(
    provider: FakeProvider, tmp_path: Path
) -> None:
    file = tmp_path / "november.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n")
    operator = make_user(Role.ADMIN)
    assert "1 new lines, 0 known" in run("--file", str(file), "--operator", operator.email)
    source = ProviderReportLine.objects.get().source
    assert source == f"november.csv by user:{operator.pk}"


def test_it_says_what_is_wrong(provider: FakeProvider, tmp_path: Path) -> None:
    file = tmp_path / "november.csv"
    file.write_text(f"{HEADER}\nnonsense\n")
    with pytest.raises(CommandError, match="Say who"):
        run("--file", str(file))
    with pytest.raises(CommandError, match="Line 2"):
        run("--file", str(file), "--operator", make_user(Role.ADMIN).email)
    with pytest.raises(CommandError, match="operator"):
        run("--file", str(file), "--operator", make_user().email)
    provider.fail_next = [ProviderUnknown("no answer")]
    with pytest.raises(CommandError, match="did not answer"):
        run()
    assert not ProviderReportLine.objects.exists()
