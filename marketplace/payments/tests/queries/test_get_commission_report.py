"""Sales that several rules govern are split, and the parts sum to the ledger."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.models import CommissionRule, LedgerEntry
from marketplace.payments.queries import CommissionReportRow, get_commission_report
from marketplace.payments.services import (
    CommissionTerms,
    SaleLine,
    quote_commission,
    refund_order,
    release_escrow,
)
from marketplace.payments.tests.commission.rules import rule
from marketplace.payments.tests.factories import (
    Sale,
    hold,
    in_transaction,
    make_sale,
    make_user,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db
BOOKS = new_id()


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    CommissionRule.objects.all().delete()
    taxed = {"tax_bps": 1900, "tax_jurisdiction": "DE"}
    rule(1000, name="=Every sale", **taxed)
    rule(333, name="Books", category_id=BOOKS, **taxed)


def sell(provider: FakeProvider, *lines: SaleLine) -> tuple[Sale, CommissionTerms]:
    terms = quote_commission(lines=lines, seller_id=new_id())
    sale = make_sale(terms.base, terms=terms)
    hold(sale, provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    return sale, terms


def report() -> list[CommissionReportRow]:
    at = clock.now()
    return get_commission_report(start=at - timedelta(days=1), end=at + timedelta(days=1))


def booked(kind: str, currency: str = "EUR") -> int:
    entries = LedgerEntry.objects.filter(account__kind_id=kind, currency=currency)
    return -sum(entries.values_list("amount_minor", flat=True))


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


def test_each_rule_gets_what_it_took(provider: FakeProvider) -> None:
    sell(provider, SaleLine(eur(9_999)), SaleLine(eur(7_777), [BOOKS]))
    sell(provider, SaleLine(eur(5_000)))
    shown = {row.rule_name: (row.sales, row.commission, row.tax) for row in report()}
    assert shown == {
        "=Every sale": (2, eur(1_000 + 500), eur(190 + 95)),
        "Books": (1, eur(259), eur(49)),
    }


def test_after_refunds_in_parts_the_rows_still_sum_to_the_ledger(provider: FakeProvider) -> None:
    sale, _ = sell(provider, SaleLine(eur(9_999)), SaleLine(eur(7_777), [BOOKS]))
    for amount_minor in (1, 333, 4_321):
        in_transaction(
            refund_order,
            refund_id=new_id(),
            order_id=sale.order_id,
            amount=eur(amount_minor),
            reason="Scratched",
            actor=Actor.system("test"),
        )
    rows = report()
    assert len(rows) == 2
    assert sum(row.commission.amount_minor for row in rows) == booked("revenue_commission")
    assert sum(row.tax.amount_minor for row in rows) == booked("tax")


def test_currencies_never_meet_in_a_row(provider: FakeProvider) -> None:
    sell(provider, SaleLine(eur(5_000)))
    sell(provider, SaleLine(Money(5_000, "JPY")))
    assert [(row.currency, str(row.commission)) for row in report()] == [
        ("EUR", "5.00 EUR"),
        ("JPY", "500 JPY"),
    ]


def test_an_operator_reads_it_and_takes_it_as_csv(provider: FakeProvider, client: Client) -> None:
    sell(provider, SaleLine(eur(5_000)))
    client.force_login(make_user(Role.ADMIN))
    path = reverse("admin:payments_commissionrule_report")
    page = client.get(path).text
    assert "5.00 EUR" in page
    today = clock.now().date().isoformat()
    answer = client.get(path, {"start": today, "end": today, "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, line = answer.text.splitlines()
    assert head == "month,currency,rule,rule_id,orders,commission,tax,jurisdiction"
    month, currency, name, _, *figures = line.split(",")
    assert (month, currency, figures) == (today[:7], "EUR", ["1", "5.00", "0.95", "DE"])
    assert name == "'=Every sale", "a spreadsheet would run it"
    wrong = client.get(path, {"start": today, "end": "2020-01-01"})
    assert "Before the first day." in wrong.text
