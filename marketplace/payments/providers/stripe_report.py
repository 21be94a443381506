"""Stripe's balance and balance transactions, as our balances and report."""

from collections.abc import Sequence
from typing import Any

from marketplace.core.money import Money
from marketplace.payments.providers.http import understand
from marketplace.payments.providers.protocol import (
    ProviderUnknown,
    ReportPage,
    ReportUnavailable,
)
from marketplace.payments.providers.stripe_objects import from_stripe, read_lines
from marketplace.payments.providers.stripe_sdk import PAGE, every, in_our_words


def read_balances(api: Any) -> Sequence[Money]:
    """What is ours there, whether it can be paid out today or later."""
    with in_our_words():
        balance = api.balance.retrieve()
    totals: dict[str, int] = {}
    for part in understand(lambda found: [*found.available, *found.pending], balance):
        totals[part.currency] = totals.get(part.currency, 0) + part.amount
    return [understand(lambda pair: from_stripe(pair[1], pair[0]), pair) for pair in totals.items()]


def read_report(api: Any, after: str) -> ReportPage:
    """Balance transactions from the oldest on. ``after`` is the last one that was read.

    Raises :class:`ReportUnavailable` when the account has too long a past to begin with it.
    """
    params: dict[str, Any] = {"limit": PAGE, "expand": ["data.source"]}
    if after:
        with in_our_words():
            page = api.balance_transactions.list({**params, "ending_before": after})
        newest_first, has_more = page.data, page.has_more
    else:
        newest_first, has_more = _oldest(api, params)
    lines = [
        line
        for transaction in reversed(newest_first)
        for line in understand(lambda found: list(read_lines(found)), transaction)
    ]
    return ReportPage(lines, newest_first[0].id if newest_first else after, has_more)


def _oldest(api: Any, params: dict[str, Any]) -> tuple[list[Any], bool]:
    # Stripe lists the newest first and knows no other order: walk back to the beginning once.
    try:
        found = list(every(api.balance_transactions.list, params))
    except ProviderUnknown as error:
        if error.code != "too_many":
            raise
        raise ReportUnavailable(
            "the account has too long a past to be read from its beginning: import its file"
        ) from error
    return found[-PAGE:], len(found) > PAGE
