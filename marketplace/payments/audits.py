"""What must be true of payments, wallets and providers, beside the ledger's own rules."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from django.db.models import Sum

from marketplace.core.audit import check_audit_log
from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import AccountKind
from marketplace.payments.ledger.audit import Tally, register_audit, stream
from marketplace.payments.models import LedgerEntry, Payout, Refund
from marketplace.payments.models.payout import PayoutStatus
from marketplace.payments.models.refund import RefundStatus
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.factory import enabled_providers, get_provider
from marketplace.payments.providers.protocol import ProviderError
from marketplace.payments.seals.check import check_seals
from marketplace.payments.suspense import check_suspense


def check_projections_equal_events(tally: Tally) -> Iterator[str]:
    """Rebuilds every stream and walks its hash chain."""
    result = check_projections()
    tally.examined = result.streams
    tally.note = f"{result.events} events"
    yield from result.differences


WALLETS = """
    WITH lines AS (
        SELECT w.user_id, t.currency, sum(t.wallet_change_minor) AS total
          FROM payments_transaction t JOIN payments_wallet w ON w.id = t.wallet_id
         GROUP BY w.user_id, t.currency
    ), books AS (
        SELECT split_part(a.code, ':', 2)::uuid AS user_id, a.currency,
               -sum(e.amount_minor) AS total
          FROM payments_ledger_account a JOIN payments_ledger_entry e ON e.account_id = a.id
         WHERE a.kind = 'user_wallet'
         GROUP BY 1, 2
    )
    SELECT coalesce(l.user_id, b.user_id), coalesce(l.currency, b.currency),
           coalesce(l.total, 0), coalesce(b.total, 0)
      FROM lines l FULL JOIN books b ON b.user_id = l.user_id AND b.currency = l.currency
"""


def check_statements_equal_ledger(tally: Tally) -> Iterator[str]:
    """The lines of each wallet sum to its ledger account."""
    for user_id, currency, lines, books in stream(WALLETS):
        tally.examined += 1
        if lines != books:
            yield (
                f"wallet of {user_id} in {currency}: the statement sums to {lines}, "
                f"the ledger to {books}"
            )


PAYMENTS = """
    WITH held AS (
        SELECT split_part(a.code, ':', 2)::uuid AS order_id, a.currency,
               -sum(e.amount_minor) FILTER (WHERE a.kind = 'order_escrow') AS escrow,
               -sum(e.amount_minor) FILTER (WHERE a.kind = 'order_disputed') AS disputed
          FROM payments_ledger_account a JOIN payments_ledger_entry e ON e.account_id = a.id
         WHERE a.kind IN ('order_escrow', 'order_disputed')
         GROUP BY 1, 2
    ), claimed AS (
        SELECT payment_id, count(*) FILTER (WHERE status = 'OPEN') AS open,
               coalesce(sum(covered_minor) FILTER (WHERE status = 'OPEN'), 0) AS covered
          FROM payments_chargeback GROUP BY payment_id
    ), refunded AS (
        SELECT payment_id, sum(amount_minor) AS total, sum(from_seller_minor) AS from_seller
          FROM payments_refund WHERE source <> 'SUSPENSE' GROUP BY payment_id
    )
    SELECT p.order_id, p.currency,
           p.captured_minor - p.released_minor - p.refunded_minor - p.disputed_minor
               - p.charged_back_minor, coalesce(h.escrow, 0),
           p.disputed_minor + coalesce(c.covered, 0), coalesce(h.disputed, 0),
           p.refunded_minor + p.refunded_after_minor, coalesce(r.total, 0),
           p.refunded_after_minor, coalesce(r.from_seller, 0),
           p.open_chargebacks, coalesce(c.open, 0)
      FROM payments_payment p
      LEFT JOIN held h ON h.order_id = p.order_id AND h.currency = p.currency
      LEFT JOIN claimed c ON c.payment_id = p.id
      LEFT JOIN refunded r ON r.payment_id = p.id
"""
PAYMENT_PAIRS = (
    "holds {} {currency}, its escrow account {}",
    "has {} {currency} disputed, the disputed account {}",
    "says {} {currency} were refunded, its refunds {}",
    "says {} {currency} were refunded after the release, its refunds {}",
    "counts {} open chargebacks, there are {}",
)


def check_payments_equal_their_accounts(tally: Tally) -> Iterator[str]:
    """What a payment says is held, disputed, refunded and charged back is so in the books."""
    for order_id, currency, *figures in stream(PAYMENTS):
        tally.examined += 1
        for said, ours, theirs in zip(PAYMENT_PAIRS, figures[::2], figures[1::2], strict=True):
            if ours != theirs:
                yield f"order {order_id}: the payment " + said.format(
                    ours, theirs, currency=currency
                )


TRANSIT = """
    SELECT a.code, a.currency, -sum(e.amount_minor),
           CASE WHEN r.id IS NULL THEN -1
                WHEN r.status IN ('SUCCEEDED', 'FAILED') THEN 0 ELSE r.amount_minor END
      FROM payments_ledger_account a
      JOIN payments_ledger_entry e ON e.account_id = a.id
      LEFT JOIN payments_refund r ON r.id = split_part(a.code, ':', 2)::uuid
     WHERE a.kind = 'refund'
     GROUP BY a.id, r.id
    UNION ALL
    SELECT a.code, a.currency, sum(e.amount_minor),
           CASE WHEN c.id IS NULL THEN -1 WHEN c.status = 'OPEN' THEN c.amount_minor ELSE 0 END
      FROM payments_ledger_account a
      JOIN payments_ledger_entry e ON e.account_id = a.id
      LEFT JOIN payments_chargeback c ON c.id = split_part(a.code, ':', 2)::uuid
     WHERE a.kind = 'chargeback_funds'
     GROUP BY a.id, c.id
"""


def check_transit_accounts(tally: Tally) -> Iterator[str]:
    """The account of a refund or a chargeback holds its amount while it is open, then nothing."""
    for code, currency, books, expected in stream(TRANSIT):
        tally.examined += 1
        if books != expected:
            yield f"{code}: holds {books} {currency} instead of {expected}"


TOP_UPS = """
    WITH taken AS (
        SELECT j.reference_id AS top_up_id, -sum(e.amount_minor) AS total
          FROM payments_ledger_journal j
          JOIN payments_ledger_entry e ON e.journal_id = j.id
          JOIN payments_ledger_account a ON a.id = e.account_id AND a.kind = 'suspense'
         WHERE j.kind IN ('top_up_charged_back', 'top_up_given_back')
         GROUP BY 1
    )
    SELECT t.id, t.credited_minor, coalesce(nullif(t.credited_currency, ''), t.currency),
           coalesce(-sum(e.amount_minor), 0), t.charged_back_minor, coalesce(max(k.total), 0)
      FROM payments_top_up t
      LEFT JOIN taken k ON k.top_up_id = t.id
      LEFT JOIN payments_ledger_journal j ON j.business_key = 'top-up:' || t.id
      LEFT JOIN (payments_ledger_entry e
                 JOIN payments_ledger_account a ON a.id = e.account_id AND a.kind = 'user_wallet')
             ON e.journal_id = j.id
     GROUP BY t.id
"""


def check_top_ups_equal_their_journals(tally: Tally) -> Iterator[str]:
    """What a top-up says came into the wallet, and was taken back of it, its journals moved."""
    for top_up_id, credited, currency, books, charged_back, taken in stream(TOP_UPS):
        tally.examined += 1
        if charged_back != taken:
            yield (
                f"top-up {top_up_id}: charged back {charged_back} {currency}, its journals {taken}"
            )
        if credited != books:
            yield f"top-up {top_up_id}: credited {credited} {currency}, its journals {books}"


def check_clearing_equals_providers(tally: Tally) -> Iterator[str]:
    """Each provider's balance report equals our clearing account with it.

    The report is a moment younger than the books: what is under way in that moment makes a
    difference that is gone in the next audit; the note says how much is under way. A provider
    that does not answer while our books say that it holds money is a difference.
    """
    under_way = (
        Refund.objects.exclude(status__in=(RefundStatus.SUCCEEDED, RefundStatus.FAILED)).count()
        + Payout.objects.filter(
            status__in=(PayoutStatus.REQUESTED, PayoutStatus.UNKNOWN, PayoutStatus.SENT)
        ).count()
    )
    if under_way:
        tally.note = f"{under_way} refunds and payouts under way"
    for name in sorted(enabled_providers()):
        ours = _clearing(name)
        try:
            theirs = _reported(name)
        except ProviderError as error:
            if any(ours.values()):
                yield f"{name}: no balance report ({error})"
            else:
                tally.note = f"{name} was not reached; our books hold nothing with it"
            continue
        for currency in sorted(ours.keys() | theirs.keys()):
            tally.examined += 1
            our, their = ours.get(currency, 0), theirs.get(currency, 0)
            if our != their:
                yield (
                    f"{name}: it reports {Money(their, currency)}, "
                    f"our clearing account says {Money(our, currency)}"
                )


def _reported(provider: str) -> Mapping[str, int]:
    # On a thread without a transaction: the audit holds a read-only snapshot and no lock, so
    # that nobody waits for the provider; calls from inside a transaction are refused otherwise.
    with ThreadPoolExecutor(1) as pool:
        report = pool.submit(get_provider(provider).read_balances).result()
    return {balance.currency: balance.amount_minor for balance in report}


def _clearing(provider: str) -> Mapping[str, int]:
    rows = LedgerEntry.objects.filter(
        account__code=f"psp:{provider}:clearing", account__kind_id=AccountKind.PSP_CLEARING
    )
    totals = rows.values("currency").annotate(total=Sum("amount_minor"))
    return {row["currency"]: int(row["total"]) for row in totals}


register_audit("payments equal a rebuild from their events", check_projections_equal_events)
register_audit("statements equal the ledger", check_statements_equal_ledger)
register_audit("top-ups equal their journals", check_top_ups_equal_their_journals)
register_audit("payments equal their accounts", check_payments_equal_their_accounts)
register_audit("refunds and chargebacks empty their accounts", check_transit_accounts)
register_audit("suspense holds what its causes and reviews say", check_suspense)
# Not on this one: it compares two moments. The monitor compares item by item, with a grace.
register_audit(
    "clearing equals the providers' books",
    check_clearing_equals_providers,
    freezes_payouts=False,
)
register_audit("events and journals are as they were sealed", check_seals)
register_audit("staff actions are as they were recorded", check_audit_log)
