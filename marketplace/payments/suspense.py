"""Why there is money in suspense: every journal that moved it, and who says so, one by one."""

from collections import Counter
from collections.abc import Iterator

from marketplace.core.money import Money
from marketplace.payments.ledger.audit import Tally, stream

# What the reviews, refunds, holds, top-ups and resolved differences say was put into suspense
# (above zero) or taken out of it, under the key of the journal that must have done it. Whether the
# payer's bank gave back what it took, what of an item was booked, and whether a person took that
# back, only a journal says: its amount is what is checked there.
SAID = """
    SELECT 'unmatched:' || r.subject_id, r.provider, r.currency, r.amount_minor
      FROM payments_payment_review r
     WHERE r.in_suspense
       AND r.kind IN ('UNMATCHED_CAPTURE', 'DOUBLED_CAPTURE', 'WRONG_AMOUNT', 'WRONG_CURRENCY')
       AND NOT EXISTS (SELECT FROM payments_payment_attempt a
                        WHERE a.id = r.subject_id AND a.method = 'assigned')
    UNION ALL
    SELECT 'refund-failed:' || r.subject_id, r.provider, r.currency, r.amount_minor
      FROM payments_payment_review r
     WHERE r.in_suspense AND r.kind = 'REFUNDED_AND_CHARGED_BACK'
    UNION ALL
    SELECT 'unmatched-chargeback:' || r.subject_id, r.provider, r.currency, -r.amount_minor
      FROM payments_payment_review r WHERE r.kind = 'UNMATCHED_CHARGEBACK'
    UNION ALL
    SELECT j.business_key, r.provider, r.currency, r.amount_minor
      FROM payments_payment_review r
      JOIN payments_ledger_journal j
           ON j.business_key = 'unmatched-chargeback-returned:' || r.subject_id
     WHERE r.kind = 'UNMATCHED_CHARGEBACK'
    UNION ALL
    SELECT CASE WHEN came_back THEN 'unmatched:' ELSE 'shortage:' END || r.subject_id,
           r.provider, r.currency, CASE WHEN came_back THEN 1 ELSE -1 END * r.amount_minor
      FROM payments_payment_review r
      JOIN payments_payment_event e ON e.stream_id = coalesce(r.payment_id, r.subject_id)
           AND e.payload ->> 'review_id' = r.id::text
     CROSS JOIN LATERAL (SELECT coalesce(e.payload ->> 'is_over' = 'true', false)
                                OR coalesce(e.payload ->> 'outcome' = 'WON', false)) w(came_back)
     WHERE r.kind IN ('REFUND_CONTRADICTION', 'PAYOUT_CONTRADICTION', 'CHARGEBACK_CONTRADICTION')
    UNION ALL
    SELECT 'refund:' || id, provider, currency, -amount_minor
      FROM payments_refund WHERE source = 'SUSPENSE'
    UNION ALL
    SELECT 'hold:' || p.id, a.provider, a.captured_currency, -a.captured_minor
      FROM payments_payment_attempt a JOIN payments_payment p ON p.held_attempt_id = a.id
     WHERE a.method = 'assigned'
    UNION ALL
    SELECT 'top-up:' || t.id, t.provider, t.credited_currency, -t.credited_minor
      FROM payments_payment_review r JOIN payments_top_up t ON t.id = r.subject_id
     WHERE r.in_suspense AND t.credited_at IS NOT NULL
    UNION ALL
    SELECT CASE e.type WHEN 'TopUpChargedBack' THEN 'top-up-charged-back:'
                       ELSE 'top-up-given-back:' END || (e.payload ->> 'chargeback_id'),
           t.provider, e.payload ->> 'currency',
           CASE e.type WHEN 'TopUpChargedBack' THEN 1 ELSE -1 END
               * (e.payload ->> 'amount_minor')::bigint
      FROM (SELECT DISTINCT provider, provider_payment_id FROM payments_payment_review
             WHERE kind = 'UNMATCHED_CHARGEBACK') r
      JOIN payments_top_up t USING (provider, provider_payment_id)
      JOIN payments_payment_event e ON e.stream_id = t.id
     WHERE e.type IN ('TopUpChargedBack', 'TopUpGivenBack')
    UNION ALL
    SELECT 'difference:' || i.item_id, i.provider, i.currency, i.amount_minor
      FROM payments_item_resolution i
     WHERE i.kind = 'SUSPENSE' AND i.status = 'DONE'
       AND NOT EXISTS (SELECT FROM payments_ledger_journal j
                        WHERE j.id = i.journal_id AND starts_with(j.business_key, 'unmatched:'))
    UNION ALL
    SELECT b.business_key, i.provider, i.currency, -i.amount_minor
      FROM payments_item_resolution i
      JOIN payments_ledger_journal j ON j.id = i.journal_id AND j.kind = 'difference'
      JOIN payments_ledger_journal b ON b.reverses_id = j.id
     WHERE i.kind = 'SUSPENSE' AND i.status = 'DONE'
"""
JOURNALS = f"""
    WITH said AS (
        SELECT key, 'suspense:' || provider AS code, currency, sum(amount) AS total
          FROM ({SAID}) s(key, provider, currency, amount) GROUP BY 1, 2, 3
    ), books AS (
        SELECT j.business_key AS key, a.code, a.currency, -sum(e.amount_minor) AS total
          FROM payments_ledger_account a
          JOIN payments_ledger_entry e ON e.account_id = a.id AND e.account_version IS NULL
          JOIN payments_ledger_journal j ON j.id = e.journal_id
         WHERE a.kind = 'suspense'
         GROUP BY 1, 2, 3
    )
    SELECT key, code, currency, coalesce(s.total, 0), coalesce(b.total, 0)
      FROM said s FULL JOIN books b USING (key, code, currency)
"""  # noqa: S608 (nothing but the constant above)
# The reviews of each second payment in suspense: of its capture, of a refund of it that failed (or
# failed again), and of what was won of it after the rest had gone.
SHOWN = """
    SELECT coalesce(f.attempt_id, a.id, r.subject_id) AS attempt_id, r.subject_id, r.kind,
           r.amount_minor, r.currency, r.status, r.resolution
      FROM payments_payment_review r
      LEFT JOIN payments_refund f
             ON f.id = r.subject_id AND r.kind = 'REFUNDED_AND_CHARGED_BACK'
      LEFT JOIN payments_payment_review c
             ON c.subject_id = r.subject_id AND c.kind = 'UNMATCHED_CHARGEBACK'
      LEFT JOIN payments_payment_attempt a
             ON a.provider = r.provider AND a.provider_payment_id =
                coalesce(nullif(r.provider_payment_id, ''), c.provider_payment_id)
     WHERE r.in_suspense AND r.payment_id IS NOT NULL
       AND (r.kind IN ('DOUBLED_CAPTURE', 'WRONG_AMOUNT', 'WRONG_CURRENCY',
                       'REFUNDED_AND_CHARGED_BACK')
            OR r.kind IN ('CHARGEBACK_CONTRADICTION', 'REFUND_CONTRADICTION')
               AND a.id IS NOT NULL)
"""
# How often the reviews of a capture say that its money has left suspense, and how often it did.
LEFT = f"""
    WITH shown AS ({SHOWN})
    SELECT 'receipt ' || r.provider_object_id, (r.resolution = 'ASSIGN')::int,
           count(a.id)
      FROM payments_payment_review r
      LEFT JOIN payments_payment_attempt a ON a.provider = r.provider
           AND a.provider_payment_id = r.provider_object_id AND a.method = 'assigned'
     WHERE r.in_suspense AND r.kind = 'UNMATCHED_CAPTURE'
     GROUP BY r.id
    UNION ALL
    SELECT 'top-up ' || t.id, (r.resolution = 'CREDIT')::int, (t.credited_at IS NOT NULL)::int
      FROM payments_payment_review r JOIN payments_top_up t ON t.id = r.subject_id
     WHERE r.in_suspense
    UNION ALL
    SELECT 'capture ' || attempt_id, sum(said), sum(moved)
      FROM (SELECT attempt_id, (resolution = 'REFUND')::int, 0 FROM shown
             UNION ALL
            SELECT attempt_id, 0, 1 FROM payments_refund WHERE source = 'SUSPENSE'
           ) c(attempt_id, said, moved)
     GROUP BY attempt_id
"""  # noqa: S608 (nothing but the constant above)
# Of each capture: what is left of it in suspense, and what its reviews say waits, or was closed.
WAITING = f"""
    WITH shown AS ({SHOWN})
    SELECT attempt_id, max(currency), sum(amount), sum(said)
      FROM (
        SELECT a.id, a.captured_currency, a.captured_minor, 0
          FROM payments_payment_review r
          JOIN payments_payment_attempt a ON a.id = r.subject_id
         WHERE r.in_suspense
           AND r.kind IN ('DOUBLED_CAPTURE', 'WRONG_AMOUNT', 'WRONG_CURRENCY')
        UNION ALL
        SELECT a.id, r.currency, -r.amount_minor, 0
          FROM payments_payment_review r
          JOIN payments_payment_attempt a ON a.provider = r.provider
               AND a.provider_payment_id = r.provider_payment_id
               AND a.captured_currency = r.currency
         WHERE r.kind = 'UNMATCHED_CHARGEBACK'
           AND NOT EXISTS (SELECT FROM payments_ledger_journal j WHERE j.business_key =
                                  'unmatched-chargeback-returned:' || r.subject_id)
        UNION ALL
        SELECT attempt_id, currency, -amount_minor * (1 + mod(contradictions, 2)), 0
          FROM payments_refund WHERE source = 'SUSPENSE'
        UNION ALL
        SELECT attempt_id, currency,
               CASE kind WHEN 'REFUNDED_AND_CHARGED_BACK' THEN amount_minor ELSE 0 END,
               CASE WHEN status = 'OPEN' OR resolution = 'CLOSE' THEN amount_minor ELSE 0 END
          FROM shown
      ) moved(attempt_id, currency, amount, said)
     GROUP BY attempt_id
    HAVING sum(amount) > sum(said)
"""  # noqa: S608 (nothing but the constant above)
# Closed by a person before the payer's bank gave of it back, and nobody has looked since.
UNSEEN = """
    SELECT r.id, r.provider_object_id, c.amount_minor, c.currency
      FROM payments_payment_review r
      JOIN payments_payment_review c ON c.provider = r.provider
           AND c.provider_payment_id = r.provider_object_id AND c.currency = r.currency
      JOIN payments_ledger_journal j
           ON j.business_key = 'unmatched-chargeback-returned:' || c.subject_id
     WHERE r.in_suspense AND r.payment_id IS NULL
       AND r.resolution = 'CLOSE' AND r.resolved_at < j.occurred_at
       AND r.kind IN ('UNMATCHED_CAPTURE', 'WRONG_AMOUNT', 'WRONG_CURRENCY')
       AND c.kind = 'UNMATCHED_CHARGEBACK' AND c.provider_payment_id <> ''
"""


def check_suspense(tally: Tally) -> Iterator[str]:
    """Each movement of suspense is said by what caused it, and each review says what has become
    of its money: what is there is what waits, or what a named person has closed."""
    balances: Counter[tuple[str, str]] = Counter()
    for key, code, currency, said, books in stream(JOURNALS):
        tally.examined += 1
        balances[code, currency] += int(books)
        if said != books:
            yield (
                f"{code}: {key} moved it by {Money(int(books), currency)}, "
                f"and what caused it says {Money(int(said), currency)}"
            )
    for what, said, moved in stream(LEFT):
        tally.examined += 1
        if said != moved:
            yield (
                f"{what}: its reviews say that it left suspense {said} times, and it did {moved}"
            )
    for attempt_id, currency, left, shown in stream(WAITING):
        yield (
            f"capture {attempt_id}: {Money(int(left), currency)} of it wait in suspense, "
            f"and its reviews say {Money(int(shown), currency)}"
        )
    for review_id, paid_as, amount, currency in stream(UNSEEN):
        yield (
            f"receipt {paid_as}: {Money(int(amount), currency)} of it came back after its review "
            f"{review_id} was closed, and nobody has looked since"
        )
    tally.note = ", ".join(
        f"{code} {Money(total, currency)}"
        for (code, currency), total in sorted(balances.items())
        if total
    )
