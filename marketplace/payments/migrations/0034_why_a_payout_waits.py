"""A payout says why people look at it (ADR 99).

Expand: without a reason it is as it was. Reasons and approvals needed change with an event only,
as its other members do; what was agreed with its owner stays for good.
"""

from django.db import migrations, models

GUARDS = """
CREATE OR REPLACE TRIGGER payments_payout_terms_stay BEFORE UPDATE ON payments_payout FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.bank_account_id, OLD.amount_minor, OLD.currency,
           OLD.provider, OLD.client_key, OLD.created_at, OLD.requested_at, OLD.policy)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.bank_account_id, NEW.amount_minor, NEW.currency,
           NEW.provider, NEW.client_key, NEW.created_at, NEW.requested_at, NEW.policy))
    EXECUTE FUNCTION payments_refuse_change();
CREATE OR REPLACE TRIGGER payments_payout_follows_events
    BEFORE UPDATE OF status, provider_payout_id, failure_code, approvals_needed, reasons,
                     approved_by, awaits_approval, version, head_hash, updated_at
    ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0033_a_rest_in_suspense_is_refunded_later")]

    operations = [
        migrations.AddField(
            model_name="payout",
            name="reasons",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
