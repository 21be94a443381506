"""Limits on holding money as rows, alerts about them, and decisions about wallets that stay."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids

# Where Stripe's documents of November 2026 differ by country from what its adapter says.
FIRST_LIMITS = """
INSERT INTO payments_holding_limit (id, provider, country, currency, days, note) VALUES
    ('0199a000-0000-7000-8000-00000000f002', 'stripe', 'US', '', 730, 'Manual payouts, US'),
    ('0199a000-0000-7000-8000-00000000f003', 'stripe', 'TH', '', 10, 'Manual payouts, Thailand');
"""
# What is held already gets its first alert as if it had been held since; a rebuild says the same.
FIRST_ALERTS = """
UPDATE payments_payment SET next_alert_at = must_settle_before - interval '7 days'
 WHERE escrow_status = 'IN_ESCROW' AND must_settle_before IS NOT NULL;
"""
GUARD = """
CREATE TRIGGER payments_wallet_decision_is_kept
    BEFORE UPDATE OR DELETE ON payments_wallet_decision
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_event_change();
CREATE TRIGGER payments_wallet_decision_is_not_emptied
    BEFORE TRUNCATE ON payments_wallet_decision
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_event_change();
"""
UNGUARD = """
DROP TRIGGER payments_wallet_decision_is_not_emptied ON payments_wallet_decision;
DROP TRIGGER payments_wallet_decision_is_kept ON payments_wallet_decision;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0015_subjects_of_items"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HoldingLimit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("days", models.PositiveIntegerField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "payments_holding_limit",
            },
        ),
        migrations.CreateModel(
            name="WalletDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("is_active", models.BooleanField()),
                ("reason", models.CharField(max_length=1000)),
                ("decided_by_job", models.CharField(blank=True, default="", max_length=50)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_wallet_decision",
            },
        ),
        migrations.RemoveConstraint(
            model_name="paymentreview",
            name="payments_review_kind_known",
        ),
        migrations.AddField(
            model_name="payment",
            name="holding_stage",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
        migrations.AddField(
            model_name="payment",
            name="next_alert_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="paymentreview",
            name="priority",
            field=models.SmallIntegerField(
                choices=[(0, "Normal"), (1, "High"), (2, "Highest")], default=0
            ),
        ),
        migrations.AlterField(
            model_name="paymentreview",
            name="kind",
            field=models.CharField(
                choices=[
                    ("LATE_CAPTURE", "Late Capture"),
                    ("DOUBLED_CAPTURE", "Doubled Capture"),
                    ("WRONG_AMOUNT", "Wrong Amount"),
                    ("WRONG_CURRENCY", "Wrong Currency"),
                    ("UNMATCHED_CAPTURE", "Unmatched Capture"),
                    ("REFUND_CONTRADICTION", "Refund Contradiction"),
                    ("PAYOUT_CONTRADICTION", "Payout Contradiction"),
                    ("PAYOUT_RETURNED", "Payout Returned"),
                    ("UNMATCHED_CHARGEBACK", "Unmatched Chargeback"),
                    ("REFUNDED_AND_CHARGED_BACK", "Refunded And Charged Back"),
                    ("CHARGEBACK_CONTRADICTION", "Chargeback Contradiction"),
                    ("HOLDING_LIMIT_WEEK", "Holding Limit Week"),
                    ("HOLDING_LIMIT_DAY", "Holding Limit Day"),
                    ("HOLDING_LIMIT_REACHED", "Holding Limit Reached"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("next_alert_at__isnull", False)),
                fields=["next_alert_at"],
                name="payments_payment_alert_due",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("holding_stage", ""), _negated=True),
                fields=["holding_stage"],
                name="payments_payment_alerted",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "LATE_CAPTURE",
                            "DOUBLED_CAPTURE",
                            "WRONG_AMOUNT",
                            "WRONG_CURRENCY",
                            "UNMATCHED_CAPTURE",
                            "REFUND_CONTRADICTION",
                            "PAYOUT_CONTRADICTION",
                            "PAYOUT_RETURNED",
                            "UNMATCHED_CHARGEBACK",
                            "REFUNDED_AND_CHARGED_BACK",
                            "CHARGEBACK_CONTRADICTION",
                            "HOLDING_LIMIT_WEEK",
                            "HOLDING_LIMIT_DAY",
                            "HOLDING_LIMIT_REACHED",
                        ],
                    )
                ),
                name="payments_review_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="holdinglimit",
            constraint=models.UniqueConstraint(
                fields=("provider", "country", "currency"), name="payments_holding_limit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="holdinglimit",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1)), name="payments_holding_limit_positive"
            ),
        ),
        migrations.AddField(
            model_name="walletdecision",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="walletdecision",
            name="wallet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.wallet",
            ),
        ),
        migrations.AddIndex(
            model_name="walletdecision",
            index=models.Index(fields=["wallet", "-id"], name="payments_wallet_decision_of"),
        ),
        migrations.AddConstraint(
            model_name="walletdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="payments_wallet_decision_has_reason",
            ),
        ),
        migrations.RunSQL(FIRST_LIMITS, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST_ALERTS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
