"""The tables of money. What they refuse, and what they hold at first, is in the next migration."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import marketplace.core.clock
import marketplace.core.ids
import marketplace.payments.ledger.fields


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("payments", "0001_payments"),
        ("payments", "0002_ledger_tables"),
    ]
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccount",
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
                ("account_holder_encrypted", models.BinaryField()),
                ("number_encrypted", models.BinaryField()),
                (
                    "number_kind",
                    models.CharField(
                        choices=[
                            ("IBAN", "Iban"),
                            ("ACCOUNT_NUMBER", "Account Number"),
                            ("PAYPAL", "Paypal"),
                            ("STRIPE_ACCOUNT", "Stripe Account"),
                        ],
                        max_length=14,
                    ),
                ),
                ("masked_number", models.CharField(max_length=40)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("currency", models.CharField(max_length=3)),
                ("bank_name", models.CharField(blank=True, default="", max_length=100)),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "bank_code",
                    models.CharField(blank=True, db_default="", default="", max_length=20),
                ),
                ("blocked_at", models.DateTimeField(null=True)),
                ("blocked_by_payout_id", models.UUIDField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
                (
                    "cleared_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cleared_reason",
                    models.CharField(blank=True, db_default="", default="", max_length=1000),
                ),
                ("is_default", models.BooleanField(db_default=False, default=False)),
                (
                    "usable_from_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "payments_bank_account",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="payments_bank_account_of"),
                    models.Index(
                        condition=models.Q(("blocked_at__isnull", False)),
                        fields=["-blocked_at"],
                        name="payments_bank_account_blocked",
                    ),
                    models.Index(fields=["fingerprint"], name="payments_bank_account_keepers"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("user", "fingerprint", "currency"),
                        name="payments_bank_account_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="payments_bank_account_currency_iso",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True), ("removed_at__isnull", True)),
                        fields=("user", "currency"),
                        name="payments_bank_account_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "number_kind__in",
                                ["IBAN", "ACCOUNT_NUMBER", "PAYPAL", "STRIPE_ACCOUNT"],
                            )
                        ),
                        name="payments_bank_account_kind_known",
                    ),
                ],
                "permissions": (("clear_bank_account", "Clear blocked bank accounts"),),
            },
        ),
        migrations.CreateModel(
            name="CommissionRule",
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
                ("name", models.CharField(max_length=100)),
                ("category_id", models.UUIDField(blank=True, null=True)),
                ("rate_bps", models.IntegerField(help_text="Basis points: 750 is 7.5 %.")),
                ("valid_from_at", models.DateTimeField()),
                ("valid_until_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("amount_from_minor", models.BigIntegerField(blank=True, null=True)),
                ("amount_to_minor", models.BigIntegerField(blank=True, null=True)),
                ("buyer_share_bps", models.IntegerField(default=0)),
                ("cap_minor", models.BigIntegerField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_reason", models.CharField(blank=True, default="", max_length=1000)),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_reason", models.CharField(blank=True, default="", max_length=1000)),
                ("fixed_minor", models.BigIntegerField(default=0)),
                ("is_promotional", models.BooleanField(default=False)),
                ("minimum_minor", models.BigIntegerField(default=0)),
                ("seller_level", models.CharField(blank=True, default="", max_length=2)),
                (
                    "succeeds",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="payments.commissionrule",
                    ),
                ),
                ("tax_bps", models.IntegerField(default=0)),
                ("tax_jurisdiction", models.CharField(blank=True, default="", max_length=6)),
            ],
            options={
                "db_table": "payments_commission_rule",
                "indexes": [
                    models.Index(fields=["category_id"], name="payments_commission_category")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rate_bps__gte", 0), ("rate_bps__lte", 10000)),
                        name="payments_commission_rate_0_to_100_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("buyer_share_bps__gte", 0), ("buyer_share_bps__lte", 10000)
                        ),
                        name="payments_commission_share_0_to_100_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until_at__isnull", True),
                            ("valid_until_at__gte", models.F("valid_from_at")),
                            _connector="OR",
                        ),
                        name="payments_commission_period_forward",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_promotional", False),
                            ("valid_until_at__isnull", False),
                            _connector="OR",
                        ),
                        name="payments_commission_promotion_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seller_level__in", ("", "T0", "T1", "T2", "T3"))),
                        name="payments_commission_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency", ""), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"
                        ),
                        name="payments_commission_currency_iso",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("currency", ""), _negated=True),
                            models.Q(
                                ("amount_from_minor__isnull", True),
                                ("amount_to_minor__isnull", True),
                                ("cap_minor__isnull", True),
                                ("fixed_minor", 0),
                                ("minimum_minor", 0),
                            ),
                            _connector="OR",
                        ),
                        name="payments_commission_amounts_need_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fixed_minor__gte", 0),
                            ("minimum_minor__gte", 0),
                            models.Q(
                                ("cap_minor__isnull", True),
                                ("cap_minor__gte", models.F("minimum_minor")),
                                _connector="OR",
                            ),
                        ),
                        name="payments_commission_minimum_below_cap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_from_minor__isnull", True),
                                ("amount_from_minor__gte", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("amount_to_minor__isnull", True),
                                ("amount_to_minor__gt", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("amount_from_minor__isnull", True),
                                ("amount_to_minor__isnull", True),
                                ("amount_to_minor__gt", models.F("amount_from_minor")),
                                _connector="OR",
                            ),
                        ),
                        name="payments_commission_tier_forward",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tax_bps", 0), ("tax_jurisdiction", "")),
                            models.Q(
                                ("tax_bps__gt", 0),
                                ("tax_bps__lte", 10000),
                                ("tax_jurisdiction__regex", "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"),
                            ),
                            _connector="OR",
                        ),
                        name="payments_commission_tax_has_jurisdiction",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_reason", "")),
                            models.Q(
                                ("ended_at__isnull", False), ("valid_until_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="payments_commission_end_has_time",
                    ),
                ],
                "permissions": (
                    ("edit_commission_rule", "Make, succeed and end commission rules"),
                ),
            },
        ),
        migrations.CreateModel(
            name="Payment",
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
                ("order_id", models.UUIDField(unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("payment_method", models.CharField(blank=True, default="", max_length=20)),
                ("payment_provider", models.CharField(blank=True, default="", max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("COMPLETED", "Completed"),
                            ("FAILED", "Failed"),
                            ("REFUNDED", "Refunded"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "provider_transaction_id",
                    models.CharField(blank=True, default="", max_length=100),
                ),
                (
                    "escrow_status",
                    models.CharField(
                        choices=[
                            ("IN_ESCROW", "In Escrow"),
                            ("RELEASED", "Released"),
                            ("REFUNDED", "Refunded"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                ("payment_details", models.JSONField(default=dict)),
                ("commission_terms", models.JSONField()),
                ("commission_minor", models.BigIntegerField()),
                ("captured_minor", models.BigIntegerField(default=0)),
                ("released_minor", models.BigIntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("held_attempt_id", models.UUIDField(null=True)),
                ("captured_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("refunded_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                ("must_settle_before", models.DateTimeField(null=True)),
                ("version", models.IntegerField()),
                ("head_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("charged_back_minor", models.BigIntegerField(default=0)),
                ("clawed_back_minor", models.BigIntegerField(default=0)),
                ("disputed_minor", models.BigIntegerField(default=0)),
                ("open_chargebacks", models.PositiveSmallIntegerField(default=0)),
                ("refunded_after_minor", models.BigIntegerField(default=0)),
                ("returned_minor", models.BigIntegerField(default=0)),
                ("tax_jurisdiction", models.CharField(blank=True, default="", max_length=6)),
                ("tax_minor", models.BigIntegerField(default=0)),
                ("holding_stage", models.CharField(blank=True, default="", max_length=8)),
                ("next_alert_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_payment",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="payments_payment_buyer"),
                    models.Index(fields=["seller", "-id"], name="payments_payment_seller"),
                    models.Index(
                        condition=models.Q(("escrow_status", "IN_ESCROW")),
                        fields=["must_settle_before"],
                        name="payments_payment_settle_by",
                    ),
                    models.Index(
                        condition=models.Q(("escrow_status", "IN_ESCROW")),
                        fields=["seller", "currency"],
                        name="payments_payment_pending_of",
                    ),
                    models.Index(
                        condition=models.Q(("next_alert_at__isnull", False)),
                        fields=["next_alert_at"],
                        name="payments_payment_alert_due",
                    ),
                    models.Index(
                        condition=models.Q(("holding_stage", ""), _negated=True),
                        fields=["holding_stage"],
                        name="payments_payment_alerted",
                    ),
                    models.Index(
                        condition=models.Q(("held_attempt_id__isnull", True)),
                        fields=["currency", "amount_minor", "-id"],
                        name="payments_payment_unpaid",
                    ),
                    models.Index(
                        condition=models.Q(("escrow_status", "IN_ESCROW")),
                        fields=["user", "currency"],
                        name="payments_payment_held_of",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="payments_payment_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="payments_payment_currency_iso",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["PENDING", "COMPLETED", "FAILED", "REFUNDED"])
                        ),
                        name="payments_payment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("escrow_status__isnull", True),
                            ("escrow_status__in", ["IN_ESCROW", "RELEASED", "REFUNDED"]),
                            _connector="OR",
                        ),
                        name="payments_payment_escrow_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("captured_minor", 0), ("escrow_status__isnull", True)),
                            models.Q(("captured_minor__gt", 0), ("escrow_status__isnull", False)),
                            _connector="OR",
                        ),
                        name="payments_payment_escrow_needs_capture",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("seller")), _negated=True),
                        name="payments_payment_two_parties",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
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
                                            models.F("released_minor"),
                                            "+",
                                            models.F("refunded_minor"),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("clawed_back_minor__gte", 0),
                            ("refunded_after_minor__gte", 0),
                            (
                                "released_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("refunded_after_minor"),
                                    "+",
                                    models.F("clawed_back_minor"),
                                ),
                            ),
                        ),
                        name="payments_payment_back_within_released",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned_minor__gte", 0),
                            ("returned_minor__lte", models.F("captured_minor")),
                        ),
                        name="payments_payment_returned_within_captured",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentAttempt",
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
                ("method", models.CharField(max_length=20)),
                ("client_key", models.CharField(max_length=255)),
                ("return_url", models.CharField(max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("STARTED", "Started"),
                            ("UNKNOWN", "Unknown"),
                            ("REDIRECTED", "Redirected"),
                            ("DECLINED", "Declined"),
                            ("CAPTURED", "Captured"),
                        ],
                        max_length=10,
                    ),
                ),
                ("provider_payment_id", models.CharField(max_length=100, null=True)),
                ("redirect_url", models.CharField(blank=True, default="", max_length=2000)),
                ("captured_minor", models.BigIntegerField(null=True)),
                ("captured_currency", models.CharField(blank=True, default="", max_length=3)),
                ("failure_code", models.CharField(blank=True, default="", max_length=100)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="payments.payment",
                    ),
                ),
            ],
            options={
                "db_table": "payments_payment_attempt",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="payments_attempt_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["STARTED", "UNKNOWN", "REDIRECTED"])),
                        fields=("payment",),
                        name="payments_attempt_one_open",
                    ),
                    models.UniqueConstraint(
                        fields=("payment", "client_key"), name="payments_attempt_client_key_once"
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "provider_payment_id"),
                        name="payments_attempt_provider_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["STARTED", "UNKNOWN", "REDIRECTED", "DECLINED", "CAPTURED"],
                            )
                        ),
                        name="payments_attempt_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "stream_id",
                        "version",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("stream_id", models.UUIDField()),
                ("version", models.IntegerField()),
                (
                    "stream",
                    models.CharField(
                        choices=[
                            ("payment", "Payment"),
                            ("payout", "Payout"),
                            ("top_up", "Top Up"),
                            ("exchange", "Exchange"),
                        ],
                        max_length=10,
                    ),
                ),
                ("event_id", models.UUIDField()),
                ("type", models.CharField(max_length=60)),
                ("payload", models.JSONField()),
                ("actor", models.CharField(max_length=120)),
                ("occurred_at", models.DateTimeField()),
                ("prev_hash", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                (
                    "xact_id",
                    marketplace.payments.ledger.fields.TransactionIdField(
                        db_default=marketplace.payments.ledger.fields.CurrentTransactionId()
                    ),
                ),
            ],
            options={
                "db_table": "payments_payment_event",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="payments_event_version_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stream__in", ["payment", "payout", "top_up", "exchange"])
                        ),
                        name="payments_event_stream_known",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["xact_id", "stream_id", "version"], name="payments_event_sealing"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentReview",
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
                    "kind",
                    models.CharField(
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
                ("subject_id", models.UUIDField()),
                ("payment_id", models.UUIDField(null=True)),
                ("order_id", models.UUIDField(null=True)),
                ("provider", models.CharField(max_length=20)),
                ("provider_object_id", models.CharField(blank=True, default="", max_length=100)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("in_suspense", models.BooleanField()),
                ("note", models.CharField(max_length=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[("OPEN", "Open"), ("RESOLVED", "Resolved")],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("resolution", models.CharField(blank=True, default="", max_length=20)),
                ("resolved_reason", models.CharField(blank=True, default="", max_length=1000)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "resolved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "priority",
                    models.SmallIntegerField(
                        choices=[(0, "Normal"), (1, "High"), (2, "Highest")], default=0
                    ),
                ),
                (
                    "provider_payment_id",
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                ),
            ],
            options={
                "db_table": "payments_payment_review",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "OPEN")),
                        fields=["created_at"],
                        name="payments_review_open",
                    ),
                    models.Index(
                        condition=models.Q(("provider_payment_id", ""), _negated=True),
                        fields=["provider", "provider_payment_id"],
                        name="payments_review_taken_back",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject_id"), name="payments_review_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("resolved_at__isnull", True), ("status", "OPEN")),
                            models.Q(
                                ("resolved_at__isnull", False),
                                ("status", "RESOLVED"),
                                models.Q(("resolved_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_review_resolved_with_reason",
                    ),
                    models.CheckConstraint(
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
                ],
                "permissions": (
                    (
                        "resolve_review",
                        "Resolve reviews: refund or credit from suspense, lift a holding limit, close",
                    ),
                ),
            },
        ),
        migrations.CreateModel(
            name="PayoutMinimum",
            fields=[
                ("currency", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("minimum_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "payments_payout_minimum",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minimum_minor__gte", 1)),
                        name="payments_payout_minimum_positive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProviderWebhook",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("provider_event_id", models.CharField(max_length=100)),
                ("type", models.CharField(max_length=60)),
                ("object_id", models.CharField(blank=True, default="", max_length=100)),
                ("raw_body", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RECEIVED", "Received"),
                            ("PROCESSED", "Processed"),
                            ("IGNORED", "Ignored"),
                            ("FAILED", "Failed"),
                        ],
                        default="RECEIVED",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=1000)),
                ("outcome", models.CharField(blank=True, default="", max_length=200)),
                ("received_at", models.DateTimeField()),
                ("processed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_provider_webhook",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "RECEIVED")),
                        fields=["id"],
                        name="payments_webhook_pending",
                    ),
                    models.Index(fields=["object_id"], name="payments_webhook_object"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "provider_event_id"), name="payments_webhook_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["RECEIVED", "PROCESSED", "IGNORED", "FAILED"])
                        ),
                        name="payments_webhook_state_known",
                    ),
                ],
                "permissions": (("reprocess_webhook", "Process providers' webhooks again"),),
            },
        ),
        migrations.CreateModel(
            name="Refund",
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
                ("provider_payment_id", models.CharField(max_length=100)),
                ("provider_refund_id", models.CharField(max_length=100, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("ESCROW", "Escrow"),
                            ("SELLER", "Seller"),
                            ("MIXED", "Mixed"),
                            ("SUSPENSE", "Suspense"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.CharField(max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "Requested"),
                            ("UNKNOWN", "Unknown"),
                            ("SUBMITTED", "Submitted"),
                            ("SUCCEEDED", "Succeeded"),
                            ("FAILED", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("failure_code", models.CharField(blank=True, default="", max_length=100)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="payments.payment",
                    ),
                ),
                ("contradictions", models.PositiveSmallIntegerField(default=0)),
                ("from_seller_minor", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "payments_refund",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="payments_refund_due",
                    ),
                    models.Index(fields=["attempt_id"], name="payments_refund_of_capture"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="payments_refund_amount_positive",
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "provider_refund_id"),
                        name="payments_refund_provider_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["REQUESTED", "UNKNOWN", "SUBMITTED", "SUCCEEDED", "FAILED"],
                            )
                        ),
                        name="payments_refund_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_seller_minor__gte", 0),
                            ("from_seller_minor__lte", models.F("amount_minor")),
                        ),
                        name="payments_refund_sellers_part_within",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["ESCROW", "SELLER", "MIXED", "SUSPENSE"])
                        ),
                        name="payments_refund_source_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("source", "SUSPENSE"), models.Q(("status", "FAILED"), _negated=True)
                        ),
                        fields=("attempt_id",),
                        name="payments_refund_of_suspense_live",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wallet",
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
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_wallet",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "currency"), name="payments_wallet_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="payments_wallet_currency_iso",
                    ),
                ],
                "permissions": (("suspend_wallet", "Suspend and reinstate wallets"),),
            },
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("subject_id", models.UUIDField()),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("DEPOSIT", "Deposit"),
                            ("WITHDRAWAL", "Withdrawal"),
                            ("ESCROW_HOLD", "Escrow Hold"),
                            ("ESCROW_RELEASE", "Escrow Release"),
                            ("REFUND", "Refund"),
                        ],
                        max_length=14,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("wallet_change_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("COMPLETED", "Completed"),
                            ("FAILED", "Failed"),
                        ],
                        max_length=9,
                    ),
                ),
                ("notes", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payment",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.wallet",
                    ),
                ),
            ],
            options={
                "db_table": "payments_transaction",
                "indexes": [
                    models.Index(fields=["wallet", "-id"], name="payments_transaction_statement"),
                    models.Index(fields=["subject_id"], name="payments_transaction_subject"),
                    models.Index(
                        condition=models.Q(("type", "ESCROW_RELEASE")),
                        fields=["wallet", "created_at", "id"],
                        include=("payment_id", "wallet_change_minor"),
                        name="payments_transaction_releases",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="payments_transaction_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
                                    "DEPOSIT",
                                    "WITHDRAWAL",
                                    "ESCROW_HOLD",
                                    "ESCROW_RELEASE",
                                    "REFUND",
                                ],
                            )
                        ),
                        name="payments_transaction_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["PENDING", "COMPLETED", "FAILED"])),
                        name="payments_transaction_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
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
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=20)),
                ("provider_payout_id", models.CharField(max_length=100, null=True)),
                ("client_key", models.CharField(max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "Requested"),
                            ("UNKNOWN", "Unknown"),
                            ("SENT", "Sent"),
                            ("PAID", "Paid"),
                            ("FAILED", "Failed"),
                            ("RETURNED", "Returned"),
                        ],
                        max_length=10,
                    ),
                ),
                ("failure_code", models.CharField(blank=True, default="", max_length=100)),
                ("version", models.IntegerField()),
                ("head_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                (
                    "bank_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.bankaccount",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.wallet",
                    ),
                ),
                ("approvals_needed", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("approved_by", models.JSONField(db_default=[], default=list)),
                ("awaits_approval", models.BooleanField(db_default=False, default=False)),
                ("policy", models.JSONField(db_default={}, default=dict)),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("watch_next_at", models.DateTimeField(null=True)),
                ("watch_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_payout",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="payments_payout_of"),
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="payments_payout_due",
                    ),
                    models.Index(
                        condition=models.Q(("watch_next_at__isnull", False)),
                        fields=["watch_next_at"],
                        name="payments_payout_watched",
                    ),
                    models.Index(
                        condition=models.Q(("awaits_approval", True)),
                        fields=["id"],
                        name="payments_payout_to_approve",
                    ),
                    models.Index(
                        fields=["wallet", "requested_at"],
                        include=("amount_minor", "status"),
                        name="payments_payout_limits",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="payments_payout_amount_positive",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "client_key"), name="payments_payout_client_key_once"
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "provider_payout_id"),
                        name="payments_payout_provider_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["REQUESTED", "UNKNOWN", "SENT", "PAID", "FAILED", "RETURNED"],
                            )
                        ),
                        name="payments_payout_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("awaits_approval", False),
                            models.Q(("approvals_needed__gt", 0), ("status", "REQUESTED")),
                            _connector="OR",
                        ),
                        name="payments_payout_awaits_before_sending",
                    ),
                ],
                "permissions": (("approve_payout", "Approve and reject payouts"),),
            },
        ),
        migrations.CreateModel(
            name="LedgerAccountKind",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("code_pattern", models.CharField(max_length=120)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("revenue", "Revenue"),
                            ("expense", "Expense"),
                            ("system", "System"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "normal_side",
                    models.CharField(
                        choices=[("debit", "Debit"), ("credit", "Credit")], max_length=6
                    ),
                ),
                ("non_negative", models.BooleanField()),
                ("keeps_balance", models.BooleanField()),
            ],
            options={
                "db_table": "payments_ledger_account_kind",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("non_negative", False), ("keeps_balance", True), _connector="OR"
                        ),
                        name="ledger_kind_rule_needs_balance",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=120)),
                ("currency", models.CharField(max_length=3)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("revenue", "Revenue"),
                            ("expense", "Expense"),
                            ("system", "System"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "normal_side",
                    models.CharField(
                        choices=[("debit", "Debit"), ("credit", "Credit")], max_length=6
                    ),
                ),
                ("non_negative", models.BooleanField()),
                ("keeps_balance", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                (
                    "kind",
                    models.ForeignKey(
                        db_column="kind",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="payments.ledgeraccountkind",
                    ),
                ),
            ],
            options={
                "db_table": "payments_ledger_account",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "currency"), name="ledger_account_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="ledger_account_currency_is_iso",
                    ),
                ],
                "permissions": (
                    ("view_receivable", "See what sellers owe"),
                    ("write_off_receivable", "Write off what a seller owes"),
                ),
            },
        ),
        migrations.CreateModel(
            name="LedgerJournal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("business_key", models.CharField(max_length=200)),
                ("reference_id", models.UUIDField()),
                ("reverses_id", models.UUIDField(null=True)),
                (
                    "account_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "amounts_minor",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("metadata", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
                ("occurred_at", models.DateTimeField()),
                (
                    "xact_id",
                    marketplace.payments.ledger.fields.TransactionIdField(
                        db_default=marketplace.payments.ledger.fields.CurrentTransactionId()
                    ),
                ),
            ],
            options={
                "db_table": "payments_ledger_journal",
                "indexes": [
                    models.Index(fields=["reference_id", "id"], name="ledger_journal_reference"),
                    models.Index(fields=["xact_id", "id"], name="ledger_journal_sealing"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business_key",), name="ledger_journal_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses_id__isnull", False)),
                        fields=("reverses_id",),
                        name="ledger_journal_reversed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("account_ids__len__gte", 2)),
                        name="ledger_journal_two_legs",
                    ),
                ],
                "permissions": (
                    ("enter_settlement", "Enter settlements"),
                    ("reverse_journal", "Reverse journals"),
                ),
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.SmallIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("account_version", models.BigIntegerField(null=True)),
                ("balance_after_minor", models.BigIntegerField(null=True)),
                ("reference_id", models.UUIDField()),
                ("posted_at", models.DateTimeField()),
                ("xact_id", marketplace.payments.ledger.fields.TransactionIdField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="payments.ledgeraccount",
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="payments.ledgerjournal",
                    ),
                ),
            ],
            options={
                "db_table": "payments_ledger_entry",
                "indexes": [
                    models.Index(
                        condition=models.Q(("account_version__isnull", True)),
                        fields=["account", "xact_id", "id"],
                        name="ledger_entry_hot",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journal", "line"), name="ledger_entry_line_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("account_version__isnull", False)),
                        fields=("account", "account_version"),
                        name="ledger_entry_version_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True),
                        name="ledger_entry_amount_not_zero",
                    ),
                ],
                "verbose_name_plural": "ledger entries",
            },
        ),
        migrations.CreateModel(
            name="LedgerSnapshot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("up_to_xact_id", marketplace.payments.ledger.fields.TransactionIdField()),
                ("balance_minor", models.BigIntegerField()),
                ("entry_count", models.BigIntegerField()),
                ("last_posted_at", models.DateTimeField()),
                (
                    "marked_xact_id",
                    marketplace.payments.ledger.fields.TransactionIdField(
                        db_default=marketplace.payments.ledger.fields.CurrentTransactionId()
                    ),
                ),
                (
                    "taken_at",
                    models.DateTimeField(
                        db_default=marketplace.payments.ledger.fields.ClockTimestamp()
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="payments.ledgeraccount",
                    ),
                ),
            ],
            options={
                "db_table": "payments_ledger_snapshot",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "up_to_xact_id"), name="ledger_snapshot_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerBalance",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="balance",
                        serialize=False,
                        to="payments.ledgeraccount",
                    ),
                ),
                ("balance_minor", models.BigIntegerField(default=0)),
                ("version", models.BigIntegerField(default=0)),
                ("side", models.SmallIntegerField()),
                ("non_negative", models.BooleanField()),
                ("posted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_ledger_balance",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("non_negative", False), ("balance_minor__gte", 0), _connector="OR"
                        ),
                        name="ledger_balance_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutFreeze",
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
                ("cause", models.CharField(max_length=50)),
                ("detail", models.CharField(max_length=2000)),
                ("opened_at", models.DateTimeField()),
                ("opened_by_job", models.CharField(blank=True, default="", max_length=50)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_reason", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout_freeze",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("lifted_at",),
                        name="payments_freeze_one_open",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("detail", ""), _negated=True),
                            models.Q(("cause", ""), _negated=True),
                        ),
                        name="payments_freeze_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_by__isnull", False), ("opened_by_job", "")),
                            models.Q(
                                ("opened_by__isnull", True),
                                models.Q(("opened_by_job", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_freeze_opened_by_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lifted_at__isnull", True),
                                ("lifted_by__isnull", True),
                                ("lifted_reason", ""),
                            ),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                models.Q(("lifted_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_freeze_lifted_by_name_with_reason",
                    ),
                ],
                "permissions": (
                    ("freeze_payouts", "Freeze payouts"),
                    ("lift_payout_freeze", "Lift freezes of payouts"),
                ),
            },
        ),
        migrations.CreateModel(
            name="CurrencyExchange",
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
                ("sold_minor", models.BigIntegerField()),
                ("sold_currency", models.CharField(max_length=3)),
                ("bought_minor", models.BigIntegerField()),
                ("bought_currency", models.CharField(max_length=3)),
                ("rate", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=1000)),
                ("journal_id", models.UUIDField()),
                ("reversed_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField()),
                ("head_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "payments_currency_exchange",
                "indexes": [models.Index(fields=["user", "-id"], name="payments_exchange_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("bought_minor__gt", 0), ("sold_minor__gt", 0)),
                        name="payments_exchange_amounts_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sold_currency", models.F("bought_currency")), _negated=True
                        ),
                        name="payments_exchange_two_currencies",
                    ),
                ],
                "permissions": (
                    ("exchange_currency", "Exchange money in wallets, and take exchanges back"),
                ),
            },
        ),
        migrations.CreateModel(
            name="TopUp",
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
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=20)),
                ("method", models.CharField(max_length=20)),
                ("client_key", models.CharField(max_length=255)),
                ("return_url", models.CharField(max_length=2000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("STARTED", "Started"),
                            ("UNKNOWN", "Unknown"),
                            ("REDIRECTED", "Redirected"),
                            ("DECLINED", "Declined"),
                            ("CAPTURED", "Captured"),
                        ],
                        max_length=10,
                    ),
                ),
                ("provider_payment_id", models.CharField(max_length=100, null=True)),
                ("redirect_url", models.CharField(blank=True, default="", max_length=2000)),
                ("captured_minor", models.BigIntegerField(null=True)),
                ("captured_currency", models.CharField(blank=True, default="", max_length=3)),
                ("failure_code", models.CharField(blank=True, default="", max_length=100)),
                ("credited_minor", models.BigIntegerField(default=0)),
                ("credited_currency", models.CharField(blank=True, default="", max_length=3)),
                ("credited_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField()),
                ("head_hash", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.wallet",
                    ),
                ),
                ("charged_back_minor", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "payments_top_up",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="payments_top_up_of"),
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="payments_top_up_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="payments_top_up_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credited_at__isnull", True), ("credited_minor", 0)),
                            models.Q(
                                ("credited_at__isnull", False),
                                ("credited_minor", models.F("captured_minor")),
                            ),
                            _connector="OR",
                        ),
                        name="payments_top_up_credits_what_came",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "client_key"), name="payments_top_up_client_key_once"
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "provider_payment_id"),
                        name="payments_top_up_provider_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["STARTED", "UNKNOWN", "REDIRECTED", "DECLINED", "CAPTURED"],
                            )
                        ),
                        name="payments_top_up_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("charged_back_minor__gte", 0),
                            ("charged_back_minor__lte", models.F("credited_minor")),
                        ),
                        name="payments_top_up_back_within_credited",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TopUpLimit",
            fields=[
                ("currency", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("minimum_minor", models.BigIntegerField()),
                ("maximum_minor", models.BigIntegerField()),
                ("per_day_minor", models.BigIntegerField()),
            ],
            options={
                "db_table": "payments_top_up_limit",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minimum_minor__gte", 1),
                            ("maximum_minor__gte", models.F("minimum_minor")),
                            ("per_day_minor__gte", models.F("maximum_minor")),
                        ),
                        name="payments_top_up_limit_in_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first_position", models.BigIntegerField(unique=True)),
                ("leaf_count", models.IntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("previous_hash", models.BinaryField(max_length=32)),
                ("sealed_at", models.DateTimeField()),
                ("key_id", models.CharField(max_length=16)),
                ("hash", models.BinaryField(max_length=32)),
                ("signature", models.BinaryField(max_length=64)),
            ],
            options={
                "db_table": "payments_seal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_position__gte", 0), ("leaf_count__gte", 1), ("number__gte", 1)
                        ),
                        name="payments_seal_not_empty",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SealLeaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=7)),
                ("subject_id", models.UUIDField()),
                ("version", models.IntegerField()),
                ("xact_id", marketplace.payments.ledger.fields.TransactionIdField()),
                ("salt", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
                ("parts", models.BinaryField()),
            ],
            options={
                "db_table": "payments_seal_leaf",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_id", "version"), name="payments_seal_leaf_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "event"), ("version__gte", 1)),
                            models.Q(("kind", "journal"), ("version", 0)),
                            _connector="OR",
                        ),
                        name="payments_seal_leaf_kind_known",
                    ),
                ],
            },
        ),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["run_on"],
                        name="payments_payout_batch_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run_on", "currency"), name="payments_payout_batch_once"
                    )
                ],
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
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="payments.payoutbatch",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.wallet",
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout_batch_item",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wallet", "run_on"), name="payments_payout_batch_item_once"
                    ),
                    models.CheckConstraint(
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
                ],
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "verification_level"),
                        name="payments_payout_policy_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency__isnull", True),
                            ("currency__regex", "^[A-Z]{3}$"),
                            _connector="OR",
                        ),
                        name="payments_payout_policy_currency_iso",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verification_level__isnull", True),
                            ("verification_level__in", ["T0", "T1", "T2", "T3"]),
                            _connector="OR",
                        ),
                        name="payments_payout_policy_level_known",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("maximum_minor__isnull", True),
                                ("maximum_minor__gte", 0),
                                _connector="OR",
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
                                ("reserve_bps__isnull", True),
                                ("reserve_bps__lte", 10000),
                                _connector="OR",
                            ),
                        ),
                        name="payments_payout_policy_in_range",
                    ),
                ],
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
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wallet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.wallet",
                    ),
                ),
            ],
            options={
                "db_table": "payments_payout_schedule",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="payments_payout_schedule_due",
                    ),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["run_on", "currency"],
                        name="payments_payout_schedule_left",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("interval__in", ["MANUAL", "DAILY", "WEEKLY"])),
                        name="payments_payout_schedule_interval_known",
                    ),
                    models.CheckConstraint(
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
                            models.Q(
                                models.Q(("interval", "WEEKLY"), _negated=True), ("weekday", "")
                            ),
                            _connector="OR",
                        ),
                        name="payments_payout_schedule_weekday_if_weekly",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at__isnull", True),
                                ("interval", "MANUAL"),
                                ("run_on__isnull", True),
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
                ],
            },
        ),
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
                "permissions": (("import_report", "Read and import providers' reports"),),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "PROPOSED")),
                        fields=["proposed_at"],
                        name="payments_resolution_waits",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "REJECTED"), _negated=True),
                        fields=("item_id",),
                        name="payments_resolution_once_per_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="payments_resolution_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payments_resolution_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["SUSPENSE", "WRITE_OFF", "EXPLAINED"])),
                        name="payments_resolution_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("journal_id__isnull", True),
                                ("kind", "EXPLAINED"),
                                ("status", "DONE"),
                            ),
                            models.Q(("journal_id__isnull", False), ("status", "DONE")),
                            models.Q(
                                models.Q(("status", "DONE"), _negated=True),
                                ("journal_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="payments_resolution_done_by_journal",
                    ),
                ],
                "permissions": (
                    (
                        "resolve_item",
                        "Resolve differences with providers, and agree to resolutions",
                    ),
                ),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("match_id__isnull", True)),
                        fields=["provider", "currency", "subject"],
                        name="payments_recon_open",
                    ),
                    models.Index(
                        condition=models.Q(("match_id__isnull", True)),
                        fields=["happened_at", "id"],
                        name="payments_recon_open_age",
                    ),
                    models.Index(
                        condition=models.Q(("needs_match", True)),
                        fields=["provider"],
                        name="payments_recon_new",
                    ),
                    models.Index(fields=["match_id"], name="payments_recon_match"),
                    models.Index(fields=["provider", "subject"], name="payments_recon_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("side", "source_id"), name="payments_recon_item_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["OURS", "THEIRS"])),
                        name="payments_recon_item_side_known",
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
                        name="payments_recon_item_kind_known",
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
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
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chargebacks",
                        to="payments.payment",
                    ),
                ),
            ],
            options={
                "db_table": "payments_chargeback",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="payments_chargeback_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "OPEN")),
                        fields=["created_at"],
                        name="payments_chargeback_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "provider_chargeback_id"),
                        name="payments_chargeback_provider_id_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("fee_minor__gte", 0)),
                        name="payments_chargeback_amount_positive",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["OPEN", "WON", "LOST"])),
                        name="payments_chargeback_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "OPEN")),
                            models.Q(
                                models.Q(("status", "OPEN"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="payments_chargeback_closed_has_time",
                    ),
                ],
            },
        ),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "country", "currency"),
                        name="payments_holding_limit_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1)), name="payments_holding_limit_positive"
                    ),
                ],
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
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.wallet",
                    ),
                ),
            ],
            options={
                "db_table": "payments_wallet_decision",
                "indexes": [
                    models.Index(fields=["wallet", "-id"], name="payments_wallet_decision_of")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="payments_wallet_decision_has_reason",
                    )
                ],
            },
        ),
    ]
