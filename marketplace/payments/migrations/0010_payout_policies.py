"""Payout policies as rows, schedules with their batches, approvals, and bank accounts that wait.

The first policies are what the settings say (``PAYOUT_POLICIES``): careful by default, without
waiting on a developer's machine. From then on they are rows that an operator edits.
"""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import marketplace.core.clock
import marketplace.core.ids

# As in 0004, with what a payout has got since.
GUARD = """
DROP TRIGGER payments_payout_terms_stay ON payments_payout;
CREATE TRIGGER payments_payout_terms_stay BEFORE UPDATE ON payments_payout FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.bank_account_id, OLD.amount_minor, OLD.currency,
           OLD.provider, OLD.client_key, OLD.created_at, OLD.requested_at, OLD.policy,
           OLD.approvals_needed)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.bank_account_id, NEW.amount_minor, NEW.currency,
           NEW.provider, NEW.client_key, NEW.created_at, NEW.requested_at, NEW.policy,
           NEW.approvals_needed))
    EXECUTE FUNCTION payments_refuse_change();
DROP TRIGGER payments_payout_follows_events ON payments_payout;
CREATE TRIGGER payments_payout_follows_events
    BEFORE UPDATE OF status, provider_payout_id, failure_code, approved_by, awaits_approval,
                     version, head_hash, updated_at
    ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_follow_events();

-- An account is added and removed, never edited: an edit would go round the wait.
CREATE TRIGGER payments_bank_account_stays BEFORE UPDATE ON payments_bank_account FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.account_holder_encrypted, OLD.number_encrypted,
           OLD.fingerprint, OLD.bank_code, OLD.currency, OLD.created_at, OLD.usable_from_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.account_holder_encrypted, NEW.number_encrypted,
           NEW.fingerprint, NEW.bank_code, NEW.currency, NEW.created_at, NEW.usable_from_at))
    EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_bank_account_is_kept BEFORE DELETE ON payments_bank_account
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""

UNGUARD = """
DROP TRIGGER payments_bank_account_is_kept ON payments_bank_account;
DROP TRIGGER payments_bank_account_stays ON payments_bank_account;
DROP TRIGGER payments_payout_follows_events ON payments_payout;
CREATE TRIGGER payments_payout_follows_events
    BEFORE UPDATE OF status, provider_payout_id, failure_code, version, head_hash, updated_at
    ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
DROP TRIGGER payments_payout_terms_stay ON payments_payout;
CREATE TRIGGER payments_payout_terms_stay BEFORE UPDATE ON payments_payout FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.bank_account_id, OLD.amount_minor, OLD.currency,
           OLD.provider, OLD.client_key, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.bank_account_id, NEW.amount_minor, NEW.currency,
           NEW.provider, NEW.client_key, NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
"""

# What is there already: a payout was requested when it was made, an account has waited long enough,
# and the oldest of a currency is where scheduled payouts go.
BACKFILL = """
UPDATE payments_payout SET requested_at = created_at;
UPDATE payments_bank_account SET usable_from_at = created_at;
UPDATE payments_bank_account SET is_default = true WHERE id IN (
    SELECT DISTINCT ON (user_id, currency) id FROM payments_bank_account
     WHERE removed_at IS NULL ORDER BY user_id, currency, id);
"""


def seed_policies(apps, _schema_editor):
    policies = apps.get_model("payments", "PayoutPolicy")
    for row in settings.PAYOUT_POLICIES:
        policies.objects.create(**row)


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0009_sealing_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoutBatch",
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
                ("run_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("payouts", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("total_minor", models.BigIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "payout batches",
                "db_table": "payments_payout_batch",
            },
        ),
        migrations.CreateModel(
            name="PayoutBatchItem",
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
                ("run_on", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("REQUESTED", "Requested"), ("SKIPPED", "Skipped")], max_length=9
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=60)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("payout_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_payout_batch_item",
            },
        ),
        migrations.CreateModel(
            name="PayoutPolicy",
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
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Empty: every currency.", max_length=3, null=True
                    ),
                ),
                (
                    "verification_level",
                    models.CharField(
                        blank=True,
                        choices=[("T0", "T0"), ("T1", "T1"), ("T2", "T2"), ("T3", "T3")],
                        help_text="Empty: every level.",
                        max_length=2,
                        null=True,
                    ),
                ),
                (
                    "bank_account_wait_hours",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Before money can go to a new bank account.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(720)],
                    ),
                ),
                (
                    "maximum_minor",
                    models.BigIntegerField(
                        blank=True, help_text="Minor units. The most of one withdrawal.", null=True
                    ),
                ),
                (
                    "day_limit_minor",
                    models.BigIntegerField(
                        blank=True, help_text="Minor units. The most in any 24 hours.", null=True
                    ),
                ),
                (
                    "month_limit_minor",
                    models.BigIntegerField(
                        blank=True, help_text="Minor units. The most in any 30 days.", null=True
                    ),
                ),
                (
                    "approval_above_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Minor units. More than this needs two operators.",
                        null=True,
                    ),
                ),
                (
                    "held_sales_count",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="So many first sales are held.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                (
                    "held_sales_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="For so many days after their release.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(365)],
                    ),
                ),
                (
                    "reserve_bps",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Basis points of each release that are held back: 500 is 5 %.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(10000)],
                    ),
                ),
                (
                    "reserve_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="For so many days after the release.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(365)],
                    ),
                ),
                (
                    "return_window_days",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="A paid withdrawal is asked about for so many days.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(365)],
                    ),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
            ],
            options={
                "verbose_name_plural": "payout policies",
                "db_table": "payments_payout_policy",
            },
        ),
        migrations.CreateModel(
            name="PayoutSchedule",
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
                ("currency", models.CharField(max_length=3)),
                (
                    "interval",
                    models.CharField(
                        choices=[("MANUAL", "Manual"), ("DAILY", "Daily"), ("WEEKLY", "Weekly")],
                        max_length=6,
                    ),
                ),
                (
                    "weekday",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MONDAY", "Monday"),
                            ("TUESDAY", "Tuesday"),
                            ("WEDNESDAY", "Wednesday"),
                            ("THURSDAY", "Thursday"),
                            ("FRIDAY", "Friday"),
                            ("SATURDAY", "Saturday"),
                            ("SUNDAY", "Sunday"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("run_on", models.DateField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_payout_schedule",
            },
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="blocked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="blocked_by_payout_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="cleared_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="cleared_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="cleared_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=1000),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="is_default",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="usable_from_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="payout",
            name="approvals_needed",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="payout",
            name="approved_by",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="payout",
            name="awaits_approval",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="payout",
            name="policy",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="payout",
            name="requested_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="payout",
            name="watch_next_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="payout",
            name="watch_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="bankaccount",
            index=models.Index(
                condition=models.Q(("blocked_at__isnull", False)),
                fields=["-blocked_at"],
                name="payments_bank_account_blocked",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("watch_next_at__isnull", False)),
                fields=["watch_next_at"],
                name="payments_payout_watched",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("awaits_approval", True)),
                fields=["id"],
                name="payments_payout_to_approve",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                fields=["wallet", "requested_at"],
                include=("amount_minor", "status"),
                name="payments_payout_limits",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("type", "ESCROW_RELEASE")),
                fields=["wallet", "created_at", "id"],
                include=("payment_id", "wallet_change_minor"),
                name="payments_transaction_releases",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True), ("removed_at__isnull", True)),
                fields=("user", "currency"),
                name="payments_bank_account_one_default",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("awaits_approval", False),
                    models.Q(("approvals_needed__gt", 0), ("status", "REQUESTED")),
                    _connector="OR",
                ),
                name="payments_payout_awaits_before_sending",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutbatch",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["run_on"],
                name="payments_payout_batch_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatch",
            constraint=models.UniqueConstraint(
                fields=("run_on", "currency"), name="payments_payout_batch_once"
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchitem",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="payments.payoutbatch",
            ),
        ),
        migrations.AddField(
            model_name="payoutbatchitem",
            name="wallet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.wallet",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.UniqueConstraint(
                fields=("currency", "verification_level"),
                name="payments_payout_policy_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("currency__isnull", True), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"
                ),
                name="payments_payout_policy_currency_iso",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verification_level__isnull", True),
                    ("verification_level__in", ["T0", "T1", "T2", "T3"]),
                    _connector="OR",
                ),
                name="payments_payout_policy_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("currency__isnull", False),
                    models.Q(
                        ("approval_above_minor__isnull", True),
                        ("day_limit_minor__isnull", True),
                        ("maximum_minor__isnull", True),
                        ("month_limit_minor__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="payments_payout_policy_amounts_need_currency",
                violation_error_message="An amount needs a currency.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("maximum_minor__isnull", True), ("maximum_minor__gte", 0), _connector="OR"
                    ),
                    models.Q(
                        ("day_limit_minor__isnull", True),
                        ("day_limit_minor__gte", 0),
                        _connector="OR",
                    ),
                    models.Q(
                        ("month_limit_minor__isnull", True),
                        ("month_limit_minor__gte", 0),
                        _connector="OR",
                    ),
                    models.Q(
                        ("approval_above_minor__isnull", True),
                        ("approval_above_minor__gte", 0),
                        _connector="OR",
                    ),
                    models.Q(
                        ("reserve_bps__isnull", True), ("reserve_bps__lte", 10000), _connector="OR"
                    ),
                ),
                name="payments_payout_policy_in_range",
            ),
        ),
        migrations.AddField(
            model_name="payoutschedule",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="payoutschedule",
            name="wallet",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.wallet"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatchitem",
            constraint=models.UniqueConstraint(
                fields=("wallet", "run_on"), name="payments_payout_batch_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutbatchitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_minor__gt", 0),
                        ("outcome", "REQUESTED"),
                        ("payout_id__isnull", False),
                    ),
                    models.Q(
                        ("outcome", "SKIPPED"),
                        ("payout_id__isnull", True),
                        models.Q(("code", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payments_payout_batch_item_explained",
            ),
        ),
        migrations.AddIndex(
            model_name="payoutschedule",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at"],
                name="payments_payout_schedule_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("interval__in", ["MANUAL", "DAILY", "WEEKLY"])),
                name="payments_payout_schedule_interval_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("interval", "WEEKLY"),
                        (
                            "weekday__in",
                            [
                                "MONDAY",
                                "TUESDAY",
                                "WEDNESDAY",
                                "THURSDAY",
                                "FRIDAY",
                                "SATURDAY",
                                "SUNDAY",
                            ],
                        ),
                    ),
                    models.Q(models.Q(("interval", "WEEKLY"), _negated=True), ("weekday", "")),
                    _connector="OR",
                ),
                name="payments_payout_schedule_weekday_if_weekly",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("due_at__isnull", True), ("interval", "MANUAL"), ("run_on__isnull", True)
                    ),
                    models.Q(
                        models.Q(("interval", "MANUAL"), _negated=True),
                        ("due_at__isnull", False),
                        ("run_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payments_payout_schedule_due_unless_manual",
            ),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(seed_policies, migrations.RunPython.noop),
    ]
