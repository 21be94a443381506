from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.core.errors import DomainError
from marketplace.payments.models import ProviderBalance
from marketplace.payments.providers.factory import enabled_providers, get_provider
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.repositories.report_lines import lock_report
from marketplace.payments.services.import_report import import_report

log = structlog.get_logger(__name__)


def compare_balances() -> int:
    """Compare the sum of every provider's lines with the balance it states; returns how many.

    The balance is asked for before and after the report is read to its end: only when it stood
    still in between does the comparison say anything.
    """
    compared = 0
    for provider in sorted(enabled_providers()):
        try:
            before = _stated(provider)
            import_report(provider=provider)
            after = _stated(provider)
        except (ProviderError, DomainError) as error:
            # Without a report, or without an answer, nothing is known: not that it differs.
            log.info("balance_not_compared", provider=provider, error=str(error))
            continue
        _note(provider=provider, before=before, after=after)
        compared += 1
    return compared


def _stated(provider: str) -> Mapping[str, int]:
    forbid_transaction("asking a provider for its balance")
    balances = get_provider(provider).read_balances()
    return {balance.currency: balance.amount_minor for balance in balances}


@opens_transaction
def _note(*, provider: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
    lock_report(provider)
    now = clock.database_now()
    ProviderBalance.objects.bulk_create(
        [ProviderBalance(provider=provider, currency=currency) for currency in after],
        ignore_conflicts=True,
    )
    rows = ProviderBalance.objects.filter(Q(provider=provider)).order_by("pk")
    for row in rows.select_for_update(no_key=True):
        was, stated = before.get(row.currency, 0), after.get(row.currency, 0)
        row.differs_since_at = _differs_since(row, {was, stated}, now)
        row.reported_minor, row.reported_at = stated, now
        row.save(update_fields=["reported_minor", "reported_at", "differs_since_at"])


def _differs_since(row: ProviderBalance, stated: set[int], now: datetime) -> datetime | None:
    if row.lines_minor in stated:
        return None
    moved_meanwhile = len(stated) > 1
    return row.differs_since_at if moved_meanwhile else row.differs_since_at or now
