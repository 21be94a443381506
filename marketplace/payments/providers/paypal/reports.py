"""PayPal's transaction search: the balance report, and how a lost object is found by its name.

Source: https://developer.paypal.com/docs/api/transaction-search/v1/ (at most 31 days a question,
up to three hours until a transaction appears, three years back).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from marketplace.core import clock
from marketplace.core.db import forbid_transaction
from marketplace.core.money import Money
from marketplace.payments.providers.http import HttpApi, understand
from marketplace.payments.providers.paypal.amounts import money_of
from marketplace.payments.providers.protocol import (
    ProviderUnknown,
    ReportKind,
    ReportLine,
    ReportPage,
)
from marketplace.payments.providers.references import made_at

PATH = "/v1/reporting/transactions"
LONGEST_WINDOW = timedelta(days=31)
CLOCKS_APART = timedelta(hours=1)
PAGE_SIZE = 500
MOST_PAGES = 40
"""So many transactions are searched for one name; more leave the outcome unknown."""

PAYMENT_CODE, REFUND_CODE = "T0006", "T1107"
KINDS = {
    "T0001": ReportKind.PAYOUT,
    "T0106": ReportKind.CHARGEBACK_FEE,
    "T0107": ReportKind.FEE,
    "T0400": ReportKind.SETTLEMENT,
    "T0401": ReportKind.SETTLEMENT,
    "T0403": ReportKind.SETTLEMENT,
    "T1106": ReportKind.CHARGEBACK,
    "T1107": ReportKind.REFUND,
    "T1110": ReportKind.CHARGEBACK,
    "T1111": ReportKind.CHARGEBACK_RETURN,
    "T1114": ReportKind.PAYOUT_RETURN,
    "T1115": ReportKind.PAYOUT_RETURN,
    "T1201": ReportKind.CHARGEBACK,
    "T1202": ReportKind.CHARGEBACK_RETURN,
}
"""https://developer.paypal.com/docs/transaction-search/transaction-event-codes/"""
MOVED = "S"
"""Completed; pending, denied and reversed ones moved nothing (a reversal has its own line)."""


class TransactionSearch:
    def __init__(self, api: HttpApi, *, days_back: int) -> None:
        self._api = api
        self._days_back = days_back

    def find(self, reference: str, event_code: str) -> str | None:
        """The id of the transaction that bears this name of ours, if PayPal shows it yet."""
        start = made_at(reference) - CLOCKS_APART
        pages, now = 0, clock.now()
        while start < now:
            until = min(start + LONGEST_WINDOW, now)
            for body in self._pages(start, until, event_code):
                if (found := understand(partial(_named, reference), body)) is not None:
                    return found
                pages += 1
                if pages >= MOST_PAGES:
                    raise ProviderUnknown("too much to search", code="search_too_long")
            start = until
        return None

    def read(self, after: str) -> ReportPage:
        """``after`` is a moment up to which all was read, or a page of a window not yet done.

        A window ends where PayPal says that its data is complete, so nothing that appears late is
        missed, and its pages do not shift while they are read.
        """
        forbid_transaction("a call to the payment provider")
        start, until, page = self._place(after)
        complete = False
        if until is None:
            until, complete = self._end_of_window(start)
            if until <= start:
                return ReportPage((), _written(start), has_more=False)
        body = self._page(start, until, page)
        lines, pages = understand(lambda b: (_lines(b, start, until), _pages_of(b)), body)
        if page < pages:
            return ReportPage(lines, f"{_written(start)}|{_written(until)}|{page + 1}", True)
        # A whole window that ended before the data does has another behind it.
        has_more = not complete and until - start >= LONGEST_WINDOW
        return ReportPage(lines, _written(until), has_more)

    def _place(self, after: str) -> tuple[datetime, datetime | None, int]:
        if not after:
            start = clock.now() - timedelta(days=self._days_back)
            return start.replace(microsecond=0), None, 1
        parts = after.split("|")
        try:
            start = _read_time(parts[0])
            if len(parts) == 1:
                return start, None, 1
            return start, _read_time(parts[1]), int(parts[2])
        except (ValueError, IndexError) as error:
            raise ProviderUnknown(
                "this is no place in PayPal's report", code="bad_place"
            ) from error

    def _end_of_window(self, start: datetime) -> tuple[datetime, bool]:
        furthest = start + LONGEST_WINDOW
        now = clock.now().replace(microsecond=0)
        if now <= start:
            return start, True
        body = self._page(start, min(furthest, now), 1, size=1)
        complete_until = understand(lambda b: _read_time(b["last_refreshed_datetime"]), body)
        return min(furthest, complete_until), complete_until <= furthest

    def _pages(self, start: datetime, until: datetime, event_code: str) -> Iterator[Any]:
        page = 1
        while True:
            body = self._page(start, until, page, event_code=event_code)
            yield body
            if page >= understand(_pages_of, body):
                return
            page += 1

    def _page(
        self,
        start: datetime,
        until: datetime,
        page: int,
        size: int = 0,
        event_code: str = "",
    ) -> Any:
        params = {
            "start_date": _written(start),
            "end_date": _written(until),
            "fields": "transaction_info",
            "page_size": str(size or PAGE_SIZE),
            "page": str(page),
        }
        if event_code:
            params["transaction_type"] = event_code
        return self._api.get(PATH, params=params)


def _named(reference: str, body: Any) -> str | None:
    for detail in body["transaction_details"]:
        info = detail["transaction_info"]
        if info.get("custom_field") == reference:
            return str(info["transaction_id"])
    return None


def _pages_of(body: Any) -> int:
    return int(body["total_pages"])


def _lines(body: Any, start: datetime, until: datetime) -> list[ReportLine]:
    lines: list[ReportLine] = []
    for detail in body["transaction_details"]:
        info = detail["transaction_info"]
        at = _read_time(info["transaction_initiation_date"])
        if info["transaction_status"] == MOVED and start <= at < until:
            lines += _lines_of(info, at)
    return lines


def _lines_of(info: dict[str, Any], at: datetime) -> Iterator[ReportLine]:
    transaction_id, amount = info["transaction_id"], money_of(info["transaction_amount"])
    base_id = info.get("paypal_reference_id") or ""
    is_order = info.get("paypal_reference_id_type") == "ODR"
    reference = info.get("custom_field") or ""
    object_id = base_id if is_order and base_id else transaction_id
    kind = _kind(info["transaction_event_code"], amount)
    yield ReportLine(transaction_id, kind, object_id, reference, amount, at)
    fee = money_of(info["fee_amount"]) if info.get("fee_amount") else None
    if fee is not None and not fee.is_zero:
        yield ReportLine(f"{transaction_id}-fee", ReportKind.FEE, object_id, reference, fee, at)


def _kind(event_code: str, amount: Money) -> ReportKind:
    if event_code in KINDS:
        return KINDS[event_code]
    is_sale = event_code.startswith("T00") and amount.is_positive
    return ReportKind.PAYMENT if is_sale else ReportKind.OTHER


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at
