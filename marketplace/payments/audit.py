"""What must be true of payments, wallets and providers besides the ledger's own rules."""

from collections.abc import Mapping

from django.db import connection
from django.db.models import Sum

from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import AccountKind
from marketplace.payments.models import LedgerEntry
from marketplace.payments.providers.factory import enabled_providers, get_provider
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.services.rebuild_projections import check_projections


def projections_equal_events() -> tuple[int, list[str]]:
    """How many streams were rebuilt, and every difference."""
    result = check_projections()
    return result.streams, result.differences


WALLET_DIFFERENCES = """
WITH lines AS (
    SELECT w.user_id, t.currency, SUM(t.wallet_change_minor) AS total
      FROM payments_transaction t JOIN payments_wallet w ON w.id = t.wallet_id
     GROUP BY w.user_id, t.currency
), books AS (
    SELECT split_part(a.code, ':', 2)::uuid AS user_id, a.currency, -SUM(e.amount_minor) AS total
      FROM payments_ledger_account a JOIN payments_ledger_entry e ON e.account_id = a.id
     WHERE a.kind = 'user_wallet'
     GROUP BY 1, 2
)
SELECT COALESCE(l.user_id, b.user_id), COALESCE(l.currency, b.currency),
       COALESCE(l.total, 0), COALESCE(b.total, 0)
  FROM lines l FULL JOIN books b ON b.user_id = l.user_id AND b.currency = l.currency
"""


def statements_equal_ledger() -> tuple[int, list[str]]:
    """The lines of each wallet sum to its ledger account; returns how many, and the differences."""
    with connection.cursor() as cursor:
        cursor.execute(WALLET_DIFFERENCES)
        rows = cursor.fetchall()
    differences = [
        f"wallet of {user_id} in {currency}: the statement sums to {lines}, the ledger to {books}"
        for user_id, currency, lines, books in rows
        if lines != books
    ]
    return len(rows), differences


ORDER_DIFFERENCES = """
SELECT p.order_id, p.currency, p.captured_minor - p.released_minor - p.refunded_minor,
       COALESCE(-SUM(e.amount_minor), 0)
  FROM payments_payment p
  LEFT JOIN payments_ledger_account a
         ON a.code = 'order:' || p.order_id || ':escrow' AND a.currency = p.currency
  LEFT JOIN payments_ledger_entry e ON e.account_id = a.id
 GROUP BY p.id
HAVING p.captured_minor - p.released_minor - p.refunded_minor
       <> COALESCE(-SUM(e.amount_minor), 0)
"""


def orders_equal_ledger() -> tuple[int, list[str]]:
    """Per order: what came in is what went out plus what its escrow account holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_payment")
        (payments,) = cursor.fetchone()
        cursor.execute(ORDER_DIFFERENCES)
        rows = cursor.fetchall()
    return payments, [
        f"order {order_id}: the payment holds {held} {currency}, its escrow account {books}"
        for order_id, currency, held, books in rows
    ]


def providers_equal_clearing() -> tuple[int, list[str]]:
    """Each provider's own balance report equals our clearing account with it.

    While a capture, refund or payout is under way the two may differ for a moment; at rest they
    may not. A provider that does not answer is a difference.
    """
    compared, differences = 0, []
    for name in sorted(enabled_providers()):
        ours = _clearing(name)
        try:
            theirs = {m.currency: m.amount_minor for m in get_provider(name).read_balances()}
        except ProviderError as error:
            differences.append(f"{name}: no balance report ({error})")
            continue
        for currency in sorted(ours.keys() | theirs.keys()):
            compared += 1
            our, their = ours.get(currency, 0), theirs.get(currency, 0)
            if our != their:
                differences.append(
                    f"{name}: it reports {Money(their, currency)}, "
                    f"our clearing account says {Money(our, currency)}"
                )
    return compared, differences


def _clearing(provider: str) -> Mapping[str, int]:
    rows = LedgerEntry.objects.filter(
        account__code=f"psp:{provider}:clearing", account__kind_id=AccountKind.PSP_CLEARING
    )
    totals = rows.values("currency").annotate(total=Sum("amount_minor"))
    return {row["currency"]: int(row["total"]) for row in totals}
