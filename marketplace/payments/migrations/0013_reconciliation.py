"""Providers' reports, their lines, what they are matched with, and how differences end.

Not reversible: a kind of account and a report are not unwritten.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.core.ids
import marketplace.payments.ledger.fields

GUARD = """
CREATE FUNCTION payments_refuse_anybody() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is kept as it is', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER payments_report_line_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_provider_report_line FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_anybody();

-- An item is a copy of what it was made of; only its match and its resolution come later, once.
CREATE TRIGGER payments_recon_item_is_kept BEFORE DELETE OR TRUNCATE
    ON payments_recon_item FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_anybody();
CREATE TRIGGER payments_recon_item_stays BEFORE UPDATE ON payments_recon_item FOR EACH ROW
    WHEN ((OLD.id, OLD.provider, OLD.side, OLD.source_id, OLD.journal_id, OLD.amount_minor,
           OLD.currency, OLD.happened_at, OLD.seen_at)
          IS DISTINCT FROM
          (NEW.id, NEW.provider, NEW.side, NEW.source_id, NEW.journal_id, NEW.amount_minor,
           NEW.currency, NEW.happened_at, NEW.seen_at)
          OR (OLD.match_id IS NOT NULL AND OLD IS DISTINCT FROM NEW))
    EXECUTE FUNCTION payments_refuse_anybody();

CREATE TRIGGER payments_resolution_is_kept BEFORE DELETE OR TRUNCATE
    ON payments_item_resolution FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_anybody();
CREATE TRIGGER payments_resolution_stays BEFORE UPDATE ON payments_item_resolution FOR EACH ROW
    WHEN (OLD.status <> 'PROPOSED'
          OR (OLD.id, OLD.item_id, OLD.kind, OLD.amount_minor, OLD.currency, OLD.provider,
              OLD.subject, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
             IS DISTINCT FROM
             (NEW.id, NEW.item_id, NEW.kind, NEW.amount_minor, NEW.currency, NEW.provider,
              NEW.subject, NEW.reason, NEW.proposed_by_id, NEW.proposed_at))
    EXECUTE FUNCTION payments_refuse_anybody();

INSERT INTO payments_ledger_account_kind
    (name, code_pattern, type, normal_side, non_negative, keeps_balance)
VALUES ('expense_differences', '^expense:differences$', 'expense', 'debit', false, false);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_commission_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderReport",
            fields=[
                ("provider", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("read_after", models.CharField(blank=True, default="", max_length=200)),
                ("covers_until", models.DateTimeField(null=True)),
                ("imported_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                ("lines_upto", models.BigIntegerField(default=0)),
                ("entries_upto", marketplace.payments.ledger.fields.TransactionIdField(default=0)),
            ],
            options={
                "db_table": "payments_provider_report",
            },
        ),
        migrations.CreateModel(
            name="ItemResolution",
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
                ("item_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SUSPENSE", "Suspense"),
                            ("WRITE_OFF", "Write Off"),
                            ("EXPLAINED", "Explained"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Proposed"),
                            ("DONE", "Done"),
                            ("REJECTED", "Rejected"),
                        ],
                        max_length=10,
                    ),
                ),
                ("journal_id", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_item_resolution",
            },
        ),
        migrations.CreateModel(
            name="ProviderBalance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("lines_minor", models.BigIntegerField(default=0)),
                ("reported_minor", models.BigIntegerField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                ("differs_since_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_provider_balance",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "currency"), name="payments_provider_balance_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderReportLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("line_id", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.CharField(blank=True, default="", max_length=200)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("occurred_at", models.DateTimeField()),
                ("imported_at", models.DateTimeField()),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "db_table": "payments_provider_report_line",
                "indexes": [
                    models.Index(fields=["provider", "id"], name="payments_report_line_of")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "line_id"), name="payments_report_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "PAYMENT",
                                    "FEE",
                                    "REFUND",
                                    "REFUND_RETURN",
                                    "PAYOUT",
                                    "PAYOUT_RETURN",
                                    "CHARGEBACK",
                                    "CHARGEBACK_FEE",
                                    "CHARGEBACK_RETURN",
                                    "SETTLEMENT",
                                    "OTHER",
                                ),
                            )
                        ),
                        name="payments_report_line_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True),
                        name="payments_report_line_not_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="payments_report_line_currency_iso",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                (
                    "side",
                    models.CharField(
                        choices=[("OURS", "Ours"), ("THEIRS", "Theirs")], max_length=6
                    ),
                ),
                ("source_id", models.BigIntegerField()),
                ("journal_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=200)),
                ("object_id", models.CharField(blank=True, default="", max_length=200)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("happened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("needs_match", models.BooleanField(default=True)),
                ("match_id", models.BigIntegerField(null=True)),
                ("matched_at", models.DateTimeField(null=True)),
                (
                    "resolution",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="payments.itemresolution",
                    ),
                ),
            ],
            options={
                "db_table": "payments_recon_item",
            },
        ),
        migrations.AddIndex(
            model_name="itemresolution",
            index=models.Index(
                condition=models.Q(("status", "PROPOSED")),
                fields=["proposed_at"],
                name="payments_resolution_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemresolution",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "REJECTED"), _negated=True),
                fields=("item_id",),
                name="payments_resolution_once_per_item",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="payments_resolution_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="payments_resolution_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["SUSPENSE", "WRITE_OFF", "EXPLAINED"])),
                name="payments_resolution_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="itemresolution",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("journal_id__isnull", True), ("kind", "EXPLAINED"), ("status", "DONE")
                    ),
                    models.Q(("journal_id__isnull", False), ("status", "DONE")),
                    models.Q(
                        models.Q(("status", "DONE"), _negated=True), ("journal_id__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="payments_resolution_done_by_journal",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliationitem",
            index=models.Index(
                condition=models.Q(("match_id__isnull", True)),
                fields=["provider", "currency", "subject"],
                name="payments_recon_open",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliationitem",
            index=models.Index(
                condition=models.Q(("match_id__isnull", True)),
                fields=["happened_at", "id"],
                name="payments_recon_open_age",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliationitem",
            index=models.Index(
                condition=models.Q(("needs_match", True)),
                fields=["provider"],
                name="payments_recon_new",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliationitem",
            index=models.Index(fields=["match_id"], name="payments_recon_match"),
        ),
        migrations.AddConstraint(
            model_name="reconciliationitem",
            constraint=models.UniqueConstraint(
                fields=("side", "source_id"), name="payments_recon_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["OURS", "THEIRS"])),
                name="payments_recon_item_side_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "PAYMENT",
                            "FEE",
                            "REFUND",
                            "REFUND_RETURN",
                            "PAYOUT",
                            "PAYOUT_RETURN",
                            "CHARGEBACK",
                            "CHARGEBACK_FEE",
                            "CHARGEBACK_RETURN",
                            "SETTLEMENT",
                            "OTHER",
                        ),
                    )
                ),
                name="payments_recon_item_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("match_id__isnull", True), ("matched_at__isnull", True)),
                    models.Q(
                        ("match_id__isnull", False),
                        ("matched_at__isnull", False),
                        ("needs_match", False),
                    ),
                    _connector="OR",
                ),
                name="payments_recon_item_matched_with_time",
            ),
        ),
        migrations.RunSQL(GUARD),
    ]
