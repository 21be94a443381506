"""Two pages that answer: which rule applies and why; what was taken, by month and rule."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.payments import queries
from marketplace.payments.admin.commission_forms import ExplainForm, ReportForm

Context = Mapping[str, Any]


def explain(request: HttpRequest, context: Context) -> HttpResponse:
    """An operator describes a sale; every rule of that moment is shown, the winner first."""
    form = ExplainForm(
        request.GET or None, initial={"currency": "EUR", "price": "120.00", "seller_level": "T1"}
    )
    explanation = None
    if form.is_valid():
        data = form.cleaned_data
        try:
            explanation = queries.explain_commission(
                amount=data["amount"],
                category_id=data["category"],
                seller_level=data["seller_level"],
                at=data["at"] or clock.now(),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
    page = {
        **context,
        "title": "Which commission rule applies?",
        "form": form,
        "fields": [form[name] for name in form.fields],
        "explanation": explanation,
        "applying": explanation and [rule for rule in explanation.rules if rule.place],
        "others": explanation and [rule for rule in explanation.rules if not rule.place],
        "listing": reverse("admin:payments_commissionrule_changelist"),
    }
    return TemplateResponse(request, "payments/admin/explain_commission.html", page)


def report(request: HttpRequest, context: Context) -> HttpResponse:
    """Commission and tax by month, currency and rule; the same as CSV with ``format=csv``."""
    today = clock.now().date()
    asked = {"start": today.replace(day=1), "end": today}
    form = ReportForm(request.GET if "start" in request.GET else asked)
    rows: Sequence[queries.CommissionReportRow] = ()
    if form.is_valid():
        rows = queries.get_commission_report(
            start=_midnight(form.cleaned_data["start"]),
            end=_midnight(form.cleaned_data["end"] + timedelta(days=1)),
        )
        if request.GET.get("format") == "csv":
            return _as_csv(rows, form.cleaned_data["start"], form.cleaned_data["end"])
    page = {
        **context,
        "title": "Commission by month and rule",
        "form": form,
        "fields": [form[name] for name in form.fields],
        "rows": rows,
        "totals": _totals(rows),
        "listing": reverse("admin:payments_commissionrule_changelist"),
    }
    return TemplateResponse(request, "payments/admin/commission_report.html", page)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _totals(rows: Sequence[queries.CommissionReportRow]) -> list[tuple[str, Money, Money]]:
    """Commission and tax per currency."""
    sums: dict[str, tuple[Money, Money]] = {}
    for row in rows:
        zero = Money.zero(row.currency)
        commission, tax = sums.get(row.currency, (zero, zero))
        sums[row.currency] = (commission + row.commission, tax + row.tax)
    return [(currency, *sums[currency]) for currency in sorted(sums)]


def _as_csv(rows: Sequence[queries.CommissionReportRow], start: date, end: date) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="commission-{start}-{end}.csv"'
    writer = csv.writer(answer)
    writer.writerow(
        ["month", "currency", "rule", "rule_id", "orders", "commission", "tax", "jurisdiction"]
    )
    for row in rows:
        writer.writerow(
            [
                f"{row.month:%Y-%m}",
                row.currency,
                _cell(row.rule_name or "no rule"),
                row.rule_id or "",
                row.sales,
                row.commission.to_decimal_string(),
                row.tax.to_decimal_string(),
                row.tax_jurisdiction,
            ]
        )
    return answer


def _cell(words: str) -> str:
    """A name that begins like a formula is one to a spreadsheet; an apostrophe keeps it text."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words
