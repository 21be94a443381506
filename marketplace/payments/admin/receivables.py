"""What sellers owe, by how long they have owed it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from marketplace.core.money import Money
from marketplace.payments import queries
from marketplace.payments.admin.display import LINK, operator
from marketplace.users.queries import list_emails

AGES = ((30, "up to 30 days"), (60, "31 to 60 days"), (90, "61 to 90 days"), (None, "over 90 days"))


def age_of(days: int) -> str:
    return next(name for limit, name in AGES if limit is None or days <= limit)


def by_age(owed: list[queries.Receivable]) -> list[tuple[object, ...]]:
    """A row per currency: what is owed of each age, and together."""
    rows: list[tuple[object, ...]] = []
    for currency in sorted({each.amount.currency for each in owed}):
        sums = {name: Money.zero(currency) for _, name in AGES}
        for each in owed:
            if each.amount.currency == currency:
                sums[age_of(each.age_days)] += each.amount
        total = sum(sums.values(), Money.zero(currency))
        rows.append((currency, *sums.values(), total))
    return rows


def show_receivables(request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
    """The oldest debt first; at most as many as the query gives."""
    owed = queries.list_receivables(actor=operator(request))
    emails = list_emails(user_ids=[each.seller_id for each in owed])
    page = {
        **context,
        "title": "What sellers owe",
        "ages": ("Currency", *(name.capitalize() for _, name in AGES), "Together"),
        "sums": by_age(owed),
        "owed": [
            {
                "seller": format_html(
                    LINK,
                    reverse("admin:users_user_change", args=[each.seller_id]),
                    emails.get(each.seller_id, each.seller_id),
                ),
                "amount": each.amount,
                "since": each.owed_since,
                "days": each.age_days,
                "wallet": f"{reverse('admin:payments_wallet_changelist')}?q={each.seller_id}",
            }
            for each in owed
        ],
        "is_cut": len(owed) >= queries.MOST_RECEIVABLES,
        "most": queries.MOST_RECEIVABLES,
    }
    return TemplateResponse(request, "payments/admin/receivables.html", page)
