"""What a chargeback kept in suspense of a failed refund is refunded again once that is won."""

from django.db import migrations, models

CONDITION = "source = 'SUSPENSE' AND status <> 'FAILED'"
LIVE = f"""
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS payments_refund_of_suspense_live
    ON payments_refund (attempt_id) WHERE {CONDITION}
"""
ONCE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS payments_refund_of_suspense_once
    ON payments_refund (attempt_id) WHERE source = 'SUSPENSE'
"""
DROP_ONCE = "DROP INDEX CONCURRENTLY IF EXISTS payments_refund_of_suspense_once"
DROP_LIVE = "DROP INDEX CONCURRENTLY IF EXISTS payments_refund_of_suspense_live"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0029_lines_of_top_ups_taken_back")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(LIVE, DROP_LIVE),
                migrations.RunSQL(DROP_ONCE, ONCE),
            ],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="refund", name="payments_refund_of_suspense_once"
                ),
                migrations.AddConstraint(
                    model_name="refund",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            ("source", "SUSPENSE"), models.Q(("status", "FAILED"), _negated=True)
                        ),
                        fields=("attempt_id",),
                        name="payments_refund_of_suspense_live",
                    ),
                ),
            ],
        )
    ]
