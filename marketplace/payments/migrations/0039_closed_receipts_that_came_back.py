"""The review of a stray that was closed before its chargeback was won is open again (ADR 103).

Expand: rows only, found by an index; with none such it changes nothing.
"""

from django.db import migrations

REOPEN = """
UPDATE payments_payment_review r SET status = 'OPEN', resolution = '', resolved_at = NULL
 WHERE r.in_suspense AND r.payment_id IS NULL AND r.resolution = 'CLOSE'
   AND r.kind IN ('UNMATCHED_CAPTURE', 'WRONG_AMOUNT', 'WRONG_CURRENCY')
   AND EXISTS (SELECT FROM payments_payment_review c
                 JOIN payments_ledger_journal j
                      ON j.business_key = 'unmatched-chargeback-returned:' || c.subject_id
                WHERE c.kind = 'UNMATCHED_CHARGEBACK' AND c.provider = r.provider
                  AND c.provider_payment_id = r.provider_object_id AND c.currency = r.currency
                  AND c.provider_payment_id <> '' AND j.occurred_at > r.resolved_at)
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0038_findings_that_hold")]

    operations = [migrations.RunSQL(REOPEN, migrations.RunSQL.noop)]
