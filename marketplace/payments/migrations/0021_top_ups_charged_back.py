from django.db import migrations, models

WATCHED = """
DROP TRIGGER payments_top_up_follows_events ON payments_top_up;
CREATE TRIGGER payments_top_up_follows_events
    BEFORE UPDATE OF status, provider_payment_id, redirect_url, captured_minor, captured_currency,
        failure_code, credited_minor, credited_currency, credited_at{more}, version, head_hash,
        updated_at
    ON payments_top_up FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0020_unpaid_by_amount")]

    operations = [
        migrations.AddField(
            model_name="topup",
            name="charged_back_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="topup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    charged_back_minor__gte=0, charged_back_minor__lte=models.F("credited_minor")
                ),
                name="payments_top_up_back_within_credited",
            ),
        ),
        # The new column, too, changes only with an event.
        migrations.RunSQL(WATCHED.format(more=", charged_back_minor"), WATCHED.format(more="")),
    ]
