import structlog

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.payments.models import (
    LedgerAccount,
    ProviderReport,
    ReconciliationItem,
)
from marketplace.payments.providers.factory import enabled_providers
from marketplace.payments.repositories.open_items import provider_id_of
from marketplace.payments.repositories.reconciliation import (
    match_items,
    take_up_entries,
    take_up_lines,
)
from marketplace.payments.repositories.report_lines import lock_report
from marketplace.payments.services.book_provider_fee import book_provider_fee
from marketplace.payments.services.record_settlement import record_settlement

PORTION = 20_000
BOOKED_BY_REPORT = ("FEE", "SETTLEMENT")
"""Facts that only a report tells: their line itself is booked."""

MATCHER = Actor.system("payments.match_reports")

log = structlog.get_logger(__name__)


def match_reports() -> int:
    """The job: compare every provider's report with our clearing accounts.

    Returns how many items were taken up or closed.
    """
    return sum(match_report(provider=provider) for provider in reconciled_providers())


def reconciled_providers() -> list[str]:
    """Those in use, and those that were: money may still lie with them."""
    codes = LedgerAccount.objects.filter(kind_id="psp_clearing").values_list("code", flat=True)
    used = {code.split(":")[1] for code in codes.distinct()}
    reported = ProviderReport.objects.values_list("provider", flat=True)
    return sorted(enabled_providers() | used | set(reported))


def match_report(*, provider: str) -> int:
    """Take up what is new on both sides of one provider, book fees and settlements, and match.

    Each portion is a transaction under the lock of the provider's report: two at once take turns,
    and a crash leaves off between two portions. Running it again changes nothing.
    """
    done = 0
    while taken := _take_up(provider=provider):
        _book_reported(provider)
        # Its own entries are taken up in the next turn; until nothing is new.
        done += taken + _match(provider=provider)
    return done


@opens_transaction
def _take_up(*, provider: str) -> int:
    report = lock_report(provider)
    return take_up_lines(report, limit=PORTION) + take_up_entries(report, limit=PORTION)


@opens_transaction
def _match(*, provider: str) -> int:
    lock_report(provider)
    return match_items(provider)


def _book_reported(provider: str) -> None:
    new = ReconciliationItem.objects.filter(
        provider=provider, side="THEIRS", needs_match=True, kind__in=BOOKED_BY_REPORT
    )
    for item in new.order_by("id").iterator():
        try:
            book_reported(item=item)
        except DomainError as refusal:
            # It stays open, and a person looks: another fee is in the books, or it is none.
            log.warning("report_line_not_booked", item_id=item.id, refusal=refusal.detail)


@opens_transaction
def book_reported(*, item: ReconciliationItem, again: bool = False) -> bool:
    """A fee or settlement as its line says; raises what the two commands raise.

    ``again``: a person wants it, whether or not the same was taken back before.
    """
    amount = Money(-item.amount_minor, item.currency)
    if item.kind == "FEE":
        return book_provider_fee(
            provider=item.provider,
            # The name under which the capture itself books its fee, where it is a payment of ours:
            # a report may name something else, such as the charge that belongs to it.
            provider_payment_id=provider_id_of(item) or item.object_id or item.reference,
            payment_id=None,
            amount=amount,
            again=again,
        )
    return record_settlement(
        provider=item.provider,
        settlement_id=item.object_id or item.reference,
        amount=amount,
        occurred_at=item.happened_at,
        actor=MATCHER,
        again=again,
    )
