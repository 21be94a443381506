"""Releases and refunds in parts, refunds after the release, and chargebacks.

What the buyer had back before this is taken from the payments' own state; everything new is zero.
"""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import marketplace.core.ids

SQL = """
UPDATE payments_payment SET returned_minor = captured_minor WHERE status = 'REFUNDED';
UPDATE payments_refund SET contradictions = 1 WHERE failure_code = 'contradicted';

DROP TRIGGER payments_payment_terms_stay ON payments_payment;
CREATE TRIGGER payments_payment_terms_stay BEFORE UPDATE ON payments_payment FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.user_id, OLD.seller_id, OLD.amount_minor, OLD.currency,
           OLD.commission_minor, OLD.tax_minor, OLD.tax_jurisdiction, OLD.commission_terms,
           OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.user_id, NEW.seller_id, NEW.amount_minor, NEW.currency,
           NEW.commission_minor, NEW.tax_minor, NEW.tax_jurisdiction, NEW.commission_terms,
           NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_chargeback_is_kept BEFORE DELETE ON payments_chargeback
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""

UNDO = """
DROP TRIGGER payments_chargeback_is_kept ON payments_chargeback;
DROP TRIGGER payments_payment_terms_stay ON payments_payment;
CREATE TRIGGER payments_payment_terms_stay BEFORE UPDATE ON payments_payment FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.user_id, OLD.seller_id, OLD.amount_minor, OLD.currency,
           OLD.commission_minor, OLD.commission_terms, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.user_id, NEW.seller_id, NEW.amount_minor, NEW.currency,
           NEW.commission_minor, NEW.commission_terms, NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0013_reconciliation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Chargeback",
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
                ("attempt_id", models.UUIDField()),
                ("provider", models.CharField(max_length=20)),
                ("provider_chargeback_id", models.CharField(max_length=100)),
                ("amount_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("respond_by_at", models.DateTimeField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("OPEN", "Open"), ("WON", "Won"), ("LOST", "Lost")], max_length=5
                    ),
                ),
                ("from_escrow_minor", models.BigIntegerField()),
                ("from_seller_minor", models.BigIntegerField()),
                ("uncovered_minor", models.BigIntegerField()),
                ("covered_minor", models.BigIntegerField(default=0)),
                ("wallet_minor", models.BigIntegerField(default=0)),
                ("receivable_minor", models.BigIntegerField(default=0)),
                ("contradictions", models.PositiveSmallIntegerField(default=0)),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "db_table": "payments_chargeback",
            },
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payments_payment_commission_in_amount",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payments_payment_out_within_captured",
        ),
        migrations.RemoveConstraint(
            model_name="paymentreview",
            name="payments_review_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="payments_refund_full_once",
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="payments_refund_source_known",
        ),
        migrations.AddField(
            model_name="payment",
            name="charged_back_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="clawed_back_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="disputed_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="open_chargebacks",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="refunded_after_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="returned_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="tax_jurisdiction",
            field=models.CharField(blank=True, default="", max_length=6),
        ),
        migrations.AddField(
            model_name="payment",
            name="tax_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="refund",
            name="contradictions",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="refund",
            name="from_seller_minor",
            field=models.BigIntegerField(default=0),
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
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="source",
            field=models.CharField(
                choices=[
                    ("ESCROW", "Escrow"),
                    ("SELLER", "Seller"),
                    ("MIXED", "Mixed"),
                    ("SUSPENSE", "Suspense"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["attempt_id"], name="payments_refund_of_capture"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commission_minor__gte", 0),
                    ("tax_minor__gte", 0),
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("commission_minor"), "+", models.F("tax_minor")
                        ),
                    ),
                ),
                name="payments_payment_commission_in_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("captured_minor__gte", 0),
                    ("charged_back_minor__gte", 0),
                    ("disputed_minor__gte", 0),
                    ("refunded_minor__gte", 0),
                    ("released_minor__gte", 0),
                    (
                        "captured_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("released_minor"), "+", models.F("refunded_minor")
                                ),
                                "+",
                                models.F("disputed_minor"),
                            ),
                            "+",
                            models.F("charged_back_minor"),
                        ),
                    ),
                ),
                name="payments_payment_out_within_captured",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("clawed_back_minor__gte", 0),
                    ("refunded_after_minor__gte", 0),
                    (
                        "released_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("refunded_after_minor"), "+", models.F("clawed_back_minor")
                        ),
                    ),
                ),
                name="payments_payment_back_within_released",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_minor__gte", 0), ("returned_minor__lte", models.F("captured_minor"))
                ),
                name="payments_payment_returned_within_captured",
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
                        ],
                    )
                ),
                name="payments_review_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", "SUSPENSE")),
                fields=("attempt_id",),
                name="payments_refund_of_suspense_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_seller_minor__gte", 0),
                    ("from_seller_minor__lte", models.F("amount_minor")),
                ),
                name="payments_refund_sellers_part_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["ESCROW", "SELLER", "MIXED", "SUSPENSE"])),
                name="payments_refund_source_known",
            ),
        ),
        migrations.AddField(
            model_name="chargeback",
            name="payment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="chargebacks",
                to="payments.payment",
            ),
        ),
        migrations.AddIndex(
            model_name="chargeback",
            index=models.Index(
                condition=models.Q(("next_check_at__isnull", False)),
                fields=["next_check_at"],
                name="payments_chargeback_due",
            ),
        ),
        migrations.AddIndex(
            model_name="chargeback",
            index=models.Index(
                condition=models.Q(("status", "OPEN")),
                fields=["created_at"],
                name="payments_chargeback_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.UniqueConstraint(
                fields=("provider", "provider_chargeback_id"),
                name="payments_chargeback_provider_id_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("fee_minor__gte", 0)),
                name="payments_chargeback_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("covered_minor__gte", 0),
                    ("from_escrow_minor__gte", 0),
                    ("from_seller_minor__gte", 0),
                    ("uncovered_minor__gte", 0),
                    (
                        "amount_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_escrow_minor"),
                                    "+",
                                    models.F("from_seller_minor"),
                                ),
                                "+",
                                models.F("uncovered_minor"),
                            ),
                            "+",
                            models.F("covered_minor"),
                        ),
                    ),
                ),
                name="payments_chargeback_parts_sum",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["OPEN", "WON", "LOST"])),
                name="payments_chargeback_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargeback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("status", "OPEN")),
                    models.Q(
                        models.Q(("status", "OPEN"), _negated=True), ("closed_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="payments_chargeback_closed_has_time",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
