"""The operators' pages of the reconciliation."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.money import Money
from marketplace.payments.models import (
    ItemResolution,
    PayoutFreeze,
    ProviderReportLine,
    ReconciliationItem,
)
from marketplace.payments.providers.protocol import PaymentOutcome, ReportKind
from marketplace.payments.queries import get_reconciliation
from marketplace.payments.repositories.freezes import payouts_frozen
from marketplace.payments.services import check_invariants
from marketplace.payments.tests.factories import hold, make_sale, make_user, start
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import capture_line, line, open_items, reconcile
from marketplace.payments.tests.services.test_import_report_file import GOOD, HEADER

pytestmark = pytest.mark.django_db
OVERVIEW = "admin:payments_providerreport_changelist"
ITEMS = "admin:payments_reconciliationitem_changelist"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMIN))
    return client


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def item() -> ReconciliationItem:
    return ReconciliationItem.objects.filter(match_id__isnull=True).order_by("id")[0]


def act(client: Client, what: str, item_id: int, **form: Any) -> Any:
    name = f"admin:payments_reconciliationitem_{what}"
    return client.post(reverse(name, args=[item_id]), form, follow=True)


def test_the_overview_shows_both_sides_and_what_is_open(
    provider: FakeProvider, operator: Client
) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale), line(amount_minor=250, object_id="pay_x"))
    text = page(operator, OVERVIEW)
    for words in ("102.50 EUR", "100.00 EUR", "2.50 EUR", "1 missing in our books"):
        assert words in text
    (state,) = get_reconciliation()
    (row,) = state.currencies
    assert row.difference == row.explained == Money(250, "EUR")


def test_the_overview_takes_as_many_queries_for_fifty_items_as_for_one(
    provider: FakeProvider, operator: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(operator, OVERVIEW)
        return len(captured)

    reconcile(provider, line())
    first = queries()
    reconcile(provider, *(line() for _ in range(49)))
    assert queries() == first <= 12


def test_lists_take_as_many_queries_for_fifty_items_as_for_one(
    provider: FakeProvider, operator: Client
) -> None:
    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(operator, name)
        return len(captured)

    reconcile(provider, line())
    names = [ITEMS, "admin:payments_providerreportline_changelist"]
    first = [queries(name) for name in names]
    reconcile(provider, *(line() for _ in range(49)))
    assert [queries(name) for name in names] == first


def test_the_list_shows_what_is_open_and_its_age(provider: FakeProvider, operator: Client) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(
        provider,
        capture_line(sale),
        line(object_id="pay_x", occurred_at=clock.now() - timedelta(days=3)),
    )
    text = page(operator, ITEMS)
    assert "pay_x" in text
    assert "3 days" in text
    assert str(sale.attempt.provider_payment_id) not in text
    assert "pay_x" not in page(operator, ITEMS, state="closed")
    assert "pay_x" in page(operator, ITEMS, state="all")


def test_an_item_shows_both_sides_and_leads_to_journal_and_line(
    provider: FakeProvider, operator: Client
) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale, amount_minor=9_990))
    text = page(operator, "admin:payments_reconciliationitem_change", item().id)
    assert "-0.10 EUR (theirs less ours)" in text
    assert "/admin/payments/ledgerjournal/" in text
    assert "/admin/payments/providerreportline/" in text


def test_a_difference_is_written_off_from_its_page(
    provider: FakeProvider, operator: Client
) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale, amount_minor=9_990))
    open_item = item()
    form = page(operator, "admin:payments_reconciliationitem_write_off", open_item.id)
    assert 'name="expected_minor" value="-10"' in form
    act(operator, "write_off", open_item.id, expected_minor="-10", currency="EUR", reason="")
    assert not ItemResolution.objects.exists()
    answer = act(
        operator, "write_off", open_item.id, expected_minor="-9", currency="EUR", reason="Rounding"
    )
    assert "It is -0.10 EUR now, and was -0.09 EUR." in answer.content.decode()
    answer = act(
        operator, "write_off", open_item.id, expected_minor="-10", currency="EUR", reason="Rounding"
    )
    assert "Done. The item is closed." in answer.content.decode()
    assert open_items() == []
    again = act(operator, "write_off", open_item.id, expected_minor="-10", currency="EUR")
    assert "not open" in again.content.decode()


def test_a_large_one_waits_for_a_colleague(provider: FakeProvider, operator: Client) -> None:
    reconcile(provider, line(ReportKind.OTHER, -50_000))
    form = {"expected_minor": "-50000", "currency": "EUR", "reason": "Their bank's fee"}
    answer = act(operator, "write_off", item().id, **form)
    assert "Somebody else must agree" in answer.content.decode()
    row = ItemResolution.objects.get()
    agree = reverse("admin:payments_itemresolution_agree", args=[row.pk])
    assert "-500.00 EUR" in operator.get(agree).content.decode()
    assert "Somebody else" in operator.post(agree, follow=True).content.decode()
    assert open_items()
    colleague = Client()
    colleague.force_login(make_user(Role.ADMIN))
    assert "Carried out." in colleague.post(agree, follow=True).content.decode()
    assert open_items() == []


def test_the_provider_is_asked_again_by_post_alone(
    provider: FakeProvider, operator: Client
) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    reconcile(provider, capture_line(sale))
    ask = reverse("admin:payments_reconciliationitem_ask", args=[item().id])
    calls = len(provider.calls)
    assert operator.get(ask).status_code == 200
    assert len(provider.calls) == calls
    connection_was_atomic = operator.post(ask, follow=True).content.decode()
    assert "The provider was asked: captured." in connection_was_atomic


def test_a_file_is_imported_and_what_is_wrong_is_shown(operator: Client) -> None:
    path = reverse("admin:payments_providerreport_import_file")

    def upload(body: str) -> str:
        file = SimpleUploadedFile("november.csv", body.encode())
        form = {"provider": "sandbox", "file_format": "generic", "file": file}
        return operator.post(path, form, follow=True).content.decode()

    assert "Line 2: amount is &#x27;x&#x27;" in upload(f"{HEADER}\n{GOOD.replace('100.00', 'x')}")
    assert not ProviderReportLine.objects.exists()
    assert "1 new lines, 0 were known before." in upload(f"{HEADER}\n{GOOD}")
    assert "pay_1" in page(operator, ITEMS)


def test_reports_are_read_now_by_post(provider: FakeProvider, operator: Client) -> None:
    provider.report.append(line())
    path = reverse("admin:payments_providerreport_read_now")
    operator.get(path)
    assert not ProviderReportLine.objects.exists()
    assert "1 new lines" in operator.post(path, follow=True).content.decode()


def test_a_freeze_stands_on_the_desk_and_is_lifted_with_a_reason(
    provider: FakeProvider, operator: Client
) -> None:
    reconcile(provider, line(amount_minor=700, object_id="pay_x"))
    with clock.shifted(timedelta(minutes=61)):
        check_invariants()
    freeze = PayoutFreeze.objects.get()
    assert "Payouts are frozen since" in page(operator, "admin:index")
    assert "Payouts are frozen since" in page(operator, OVERVIEW)
    path = reverse("admin:payments_payoutfreeze_lift", args=[freeze.pk])
    with clock.shifted(timedelta(minutes=62)):
        # Whoever was away for an hour signs in again.
        operator.force_login(make_user(Role.ADMIN))
        assert "Still broken at this moment" in operator.get(path).content.decode()
    operator.force_login(make_user(Role.ADMIN))
    assert operator.post(path, {"reason": ""}).status_code == 200
    assert payouts_frozen()
    operator.post(path, {"reason": "Looked into it."})
    assert not payouts_frozen()
    assert "lifted" in operator.post(path, {"reason": "Again."}).content.decode()


def test_an_operator_freezes_by_hand(operator: Client) -> None:
    path = reverse("admin:payments_payoutfreeze_freeze")
    assert operator.get(path).status_code == 200
    assert not payouts_frozen()
    operator.post(path, {"reason": "Their status page says so."})
    assert PayoutFreeze.objects.get().cause == "operator"


def test_staff_without_the_role_changes_nothing(provider: FakeProvider, client: Client) -> None:
    reconcile(provider, line(ReportKind.OTHER, 5))
    staff = make_user()
    staff.is_staff = True
    staff.save(update_fields=["is_staff"])
    client.force_login(staff)
    for name, args in (
        ("reconciliationitem_write_off", [item().id]),
        ("reconciliationitem_ask", [item().id]),
        ("payoutfreeze_freeze", []),
        ("providerreport_import_file", []),
    ):
        answer = client.post(
            reverse(f"admin:payments_{name}", args=args),
            {"reason": "Please", "expected_minor": "5", "currency": "EUR"},
        )
        assert answer.status_code in (302, 403)
    assert open_items()
    assert not payouts_frozen()
