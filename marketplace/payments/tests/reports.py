"""Reports of a provider in memory that say what it has done."""

from datetime import datetime
from itertools import count
from typing import Any

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.models import ReconciliationItem
from marketplace.payments.providers.protocol import ReportKind, ReportLine
from marketplace.payments.services import import_report, match_report
from marketplace.payments.tests.factories import Sale
from marketplace.payments.tests.fake_provider import FakeProvider

_numbers = count(1)


def line(
    kind: ReportKind = ReportKind.PAYMENT,
    amount_minor: int = 10_000,
    *,
    object_id: str = "",
    reference: str = "",
    line_id: str = "",
    currency: str = "EUR",
    occurred_at: datetime | None = None,
) -> ReportLine:
    number = next(_numbers)
    return ReportLine(
        id=line_id or f"txn_{number:09d}",
        kind=kind,
        object_id=object_id or f"obj_{number}",
        reference=reference,
        amount=Money(amount_minor, currency),
        occurred_at=occurred_at or clock.now(),
    )


def capture_line(sale: Sale, **changes: Any) -> ReportLine:
    """What the provider reports of a sale that was paid."""
    attempt = sale.attempt
    return line(
        **{
            "amount_minor": sale.amount.amount_minor,
            "object_id": attempt.provider_payment_id,
            "reference": str(attempt.id),
            **changes,
        },
    )


def reconcile(provider: FakeProvider, *lines: ReportLine) -> None:
    """The provider reports some more, and we import and match."""
    provider.report += lines
    import_report(provider=provider.name)
    match_report(provider=provider.name)


def open_items() -> list[tuple[str, str, int]]:
    """What is missing on the other side: side, kind, amount."""
    items = ReconciliationItem.objects.filter(match_id__isnull=True).order_by("id")
    return list(items.values_list("side", "kind", "amount_minor"))
