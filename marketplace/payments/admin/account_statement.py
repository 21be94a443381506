"""The entries of one account, newest first or from a past moment on, a page at a time.

As fast at the millionth page; a past moment of a hot account passes over what came after it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from marketplace.payments.admin.ledger_links import about_account, in_a_row
from marketplace.payments.ledger.accounts import Account, AccountKind
from marketplace.payments.ledger.balances import (
    StatementLine,
    get_balance,
    get_balance_at,
    is_settled,
    list_statement,
)
from marketplace.payments.models import LedgerAccount

PAGE_LINES = 50


def show_statement(
    request: HttpRequest, account_id: int, context: Mapping[str, Any]
) -> HttpResponse:
    """One page after the cursor ``after``; a cursor that is none shows the newest."""
    row = LedgerAccount.objects.filter(id=account_id).first()
    if row is None:
        return redirect("admin:payments_ledgeraccount_changelist")
    account = Account(row.code, row.currency, AccountKind(row.kind_id))
    cursor = request.GET.get("after", "")
    moment = _moment(request.GET.get("at", ""))
    past = get_balance_at(account, moment) if moment else None
    if past and past.version is not None and not cursor:
        cursor = str(past.version + 1)
    try:
        page = list_statement(account, cursor=cursor, limit=PAGE_LINES, until=moment)
    except ValueError:
        cursor, page = "", list_statement(account, limit=PAGE_LINES, until=moment)
    is_debit = row.normal_side == "debit"
    return TemplateResponse(
        request,
        "payments/admin/account_statement.html",
        {
            **context,
            "title": f"{row.code} {row.currency}",
            "account": row,
            "balance": get_balance(account),
            "at": moment,
            "past": past,
            "is_settled": moment and is_settled(moment),
            "about": in_a_row(about_account(row)),
            "lines": [_shown(line, is_debit_account=is_debit) for line in page.lines],
            "is_newest": not cursor and not moment,
            "older": page.next_cursor,
            "here": reverse("admin:payments_ledgeraccount_statement", args=[account_id]),
        },
    )


def _moment(given: str) -> datetime | None:
    """What the date field sends; its clock is UTC, as is that of the page."""
    try:
        moment = datetime.fromisoformat(given)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _shown(line: StatementLine, *, is_debit_account: bool) -> Mapping[str, Any]:
    """A line on its side: a statement's amount is positive where the balance grows."""
    grows = line.amount.is_positive
    return {
        "posted_at": line.posted_at,
        "journal_id": line.journal_id,
        "kind": line.kind.replace("_", " "),
        "is_debit": grows == is_debit_account,
        "size": line.amount if grows else -line.amount,
        "balance_after": line.balance_after,
    }
