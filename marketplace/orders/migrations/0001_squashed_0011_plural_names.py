"""Orders with all that belongs to them, and the first policies."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import marketplace.core.clock
import marketplace.core.ids

# Timelines are append-only for the role that runs the platform. This function, which runs as the
# owner, blanks what one person said whose account is shut, and the numbers of their parcels, which
# lead to an address; nothing else.
UNSAY = """
CREATE FUNCTION orders_unsay(person uuid) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unsaid integer;
BEGIN
    IF NOT EXISTS (SELECT FROM users_user WHERE id = person AND NOT is_active) THEN
        RAISE EXCEPTION 'words are blanked only for an account that is shut'
            USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE orders_order_event AS said
       SET note = CASE WHEN said.actor = 'user:' || person THEN '' ELSE said.note END,
           details = CASE WHEN said.details ? 'tracking_number'
                          THEN said.details || '{"tracking_number": "erased"}'
                          ELSE said.details END
      FROM orders_order AS o
     WHERE said.order_id = o.id AND person IN (o.buyer_id, o.seller_id)
       AND (said.actor = 'user:' || person AND said.note <> ''
            OR said.details ->> 'tracking_number' <> 'erased');
    GET DIAGNOSTICS unsaid = ROW_COUNT;
    RETURN unsaid;
END $$;
REVOKE ALL ON FUNCTION orders_unsay(uuid) FROM PUBLIC;
"""


def seed_policies(apps, _schema_editor):
    """The timers that hold for everything until an operator says otherwise, and the limits."""
    apps.get_model("orders", "EscrowPolicy").objects.create(category=None)
    limits = apps.get_model("orders", "TradingLimit").objects
    for row in settings.TRADING_LIMITS:
        limits.create(**row)


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("orders", "0001_orders"),
        ("orders", "0002_default_policy"),
        ("orders", "0003_buyer_fee"),
        ("orders", "0004_completed_orders_can_be_refunded"),
        ("orders", "0005_unsay"),
        ("orders", "0006_staff_permissions"),
        ("orders", "0007_trading_limits"),
        ("orders", "0008_orders_of_people"),
        ("orders", "0009_open_requests"),
        ("orders", "0010_unsay_numbers"),
        ("orders", "0011_plural_names"),
    ]
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("payments", "0003_squashed_0031_a_fingerprint_outlives_an_erasure"),
        ("products", "0001_squashed_0005_plural_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkout",
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
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "orders_checkout",
            },
        ),
        migrations.CreateModel(
            name="Order",
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
                    "status",
                    models.CharField(
                        choices=[
                            ("PENDING_PAYMENT", "Pending Payment"),
                            ("PAYMENT_RECEIVED", "Payment Received"),
                            ("PROCESSING", "Processing"),
                            ("SHIPPED", "Shipped"),
                            ("DELIVERED", "Delivered"),
                            ("COMPLETED", "Completed"),
                            ("CANCELLED", "Cancelled"),
                            ("REFUNDED", "Refunded"),
                        ],
                        default="PENDING_PAYMENT",
                        max_length=16,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("subtotal_minor", models.BigIntegerField()),
                ("shipping_cost_minor", models.BigIntegerField()),
                ("tax_minor", models.BigIntegerField(default=0)),
                ("total_minor", models.BigIntegerField()),
                ("shipping_address", models.JSONField()),
                ("shipping_method", models.CharField(max_length=40)),
                ("is_tracked", models.BooleanField()),
                ("is_in_person", models.BooleanField(default=False)),
                ("carrier", models.CharField(blank=True, default="", max_length=40)),
                ("tracking_number", models.CharField(blank=True, default="", max_length=100)),
                ("shipment_id", models.UUIDField(null=True)),
                ("notes", models.TextField(blank=True, default="", max_length=2000)),
                ("commission_terms", models.JSONField()),
                ("escrow_terms", models.JSONField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("cancellation_requested_at", models.DateTimeField(null=True)),
                ("scan_overdue_at", models.DateTimeField(null=True)),
                ("buyer_reminded_at", models.DateTimeField(null=True)),
                ("ship_by_extension_days", models.PositiveIntegerField(default=0)),
                ("frozen_at", models.DateTimeField(null=True)),
                ("frozen_reason", models.CharField(blank=True, default="", max_length=100)),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("BUYER_CHANGED_MIND", "the buyer cancelled before paying"),
                            ("SELLER_CANCELLED", "the seller cancelled"),
                            ("REQUEST_GRANTED", "the seller granted the buyer's request"),
                            ("REQUEST_UNANSWERED", "the seller did not answer the buyer's request"),
                            ("PAYMENT_EXPIRED", "it was not paid in time"),
                            ("NOT_SHIPPED_IN_TIME", "it was not shipped in time"),
                            ("NOT_SCANNED", "the carrier did not scan the parcel in time"),
                            ("OPERATOR_CANCELLED", "an operator cancelled"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("cancel_note", models.CharField(blank=True, default="", max_length=1000)),
                ("cancelled_by", models.CharField(blank=True, default="", max_length=8)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                ("paid_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("refunded_at", models.DateTimeField(null=True)),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checkout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="orders.checkout",
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payment",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("buyer_fee_minor", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "orders_order",
                "indexes": [
                    models.Index(fields=["status", "-created_at"], name="orders_by_status"),
                    models.Index(fields=["buyer", "created_at"], name="orders_of_buyer"),
                    models.Index(fields=["seller", "created_at"], name="orders_of_seller"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("buyer", models.F("seller")), _negated=True),
                        name="orders_buyer_is_not_seller",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "PENDING_PAYMENT",
                                    "PAYMENT_RECEIVED",
                                    "PROCESSING",
                                    "SHIPPED",
                                    "DELIVERED",
                                    "COMPLETED",
                                    "CANCELLED",
                                    "REFUNDED",
                                ],
                            )
                        ),
                        name="orders_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="orders_currency_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="orders_version_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ("PENDING_PAYMENT", "CANCELLED")),
                            ("paid_at__isnull", False),
                            _connector="OR",
                        ),
                        name="orders_paid_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "PENDING_PAYMENT"), _negated=True),
                            ("paid_at__isnull", True),
                            _connector="OR",
                        ),
                        name="orders_pending_is_unpaid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ("SHIPPED", "DELIVERED", "COMPLETED")), _negated=True
                            ),
                            models.Q(("accepted_at__isnull", False), ("shipped_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="orders_shipped_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("DELIVERED", "COMPLETED")), _negated=True),
                            ("delivered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="orders_delivered_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", False),
                                ("status", "CANCELLED"),
                                models.Q(("cancel_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "CANCELLED"), _negated=True),
                                ("cancel_reason", ""),
                                ("cancelled_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_cancelled_has_time_and_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_tracked", False),
                            ("shipped_at__isnull", True),
                            models.Q(("tracking_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="orders_tracked_has_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("frozen_at__isnull", True),
                            models.Q(("frozen_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="orders_frozen_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("subtotal_minor"),
                                            "+",
                                            models.F("shipping_cost_minor"),
                                        ),
                                        "+",
                                        models.F("tax_minor"),
                                    ),
                                    "+",
                                    models.F("buyer_fee_minor"),
                                ),
                            )
                        ),
                        name="orders_total_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("buyer_fee_minor__gte", 0),
                            ("shipping_cost_minor__gte", 0),
                            ("subtotal_minor__gte", 0),
                            ("tax_minor__gte", 0),
                            ("total_minor__gt", 0),
                        ),
                        name="orders_amounts_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("completed_at__isnull", False), ("status", "COMPLETED")),
                            ("status", "REFUNDED"),
                            models.Q(
                                models.Q(("status", "COMPLETED"), _negated=True),
                                ("completed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_completed_has_time",
                    ),
                ],
                "permissions": (
                    ("record_delivery", "Record that an order was delivered"),
                    ("cancel_order", "Cancel orders"),
                    ("refund_order", "Refund orders"),
                ),
            },
        ),
        migrations.CreateModel(
            name="Deadline",
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
                            ("PAY", "the buyer pays, else the order is cancelled"),
                            ("SHIP_BY", "the seller ships, else the buyer is refunded"),
                            ("CANCEL_REQUEST", "the seller answers, else the order is cancelled"),
                            ("NO_SCAN", "the carrier scans, else the buyer may cancel"),
                            ("REMINDER", "the buyer is reminded"),
                            ("AUTO_COMPLETE", "the buyer objects, else the seller is paid"),
                        ],
                        max_length=14,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField()),
                ("counts_from_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("acted_at", models.DateTimeField(null=True)),
                ("voided_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, default="", max_length=500)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "db_table": "orders_deadline",
                "indexes": [
                    models.Index(
                        condition=models.Q(("acted_at__isnull", True), ("voided_at__isnull", True)),
                        fields=["next_attempt_at"],
                        name="orders_deadline_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PAY",
                                    "SHIP_BY",
                                    "CANCEL_REQUEST",
                                    "NO_SCAN",
                                    "REMINDER",
                                    "AUTO_COMPLETE",
                                ],
                            )
                        ),
                        name="orders_deadline_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("acted_at__isnull", True), ("voided_at__isnull", True), _connector="OR"
                        ),
                        name="orders_deadline_one_end",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("acted_at__isnull", True), ("voided_at__isnull", True)),
                        fields=("order", "kind"),
                        name="orders_deadline_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CancellationRequest",
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
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("GRANTED", "Granted"),
                            ("DECLINED", "Declined"),
                            ("UNANSWERED", "Unanswered"),
                            ("OVERTAKEN", "Overtaken"),
                        ],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=1000)),
                ("answer", models.CharField(blank=True, default="", max_length=1000)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancellation_requests",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "db_table": "orders_cancellation_request",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "OPEN")),
                        fields=("order",),
                        name="orders_one_open_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["OPEN", "GRANTED", "DECLINED", "UNANSWERED", "OVERTAKEN"],
                            )
                        ),
                        name="orders_request_status_known",
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
                        name="orders_request_closed_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
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
                ("order_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("command", models.CharField(max_length=40)),
                ("party", models.CharField(max_length=8)),
                ("actor", models.CharField(max_length=120)),
                ("from_status", models.CharField(blank=True, default="", max_length=16)),
                ("to_status", models.CharField(max_length=16)),
                ("note", models.CharField(blank=True, default="", max_length=1000)),
                ("details", models.JSONField(default=dict)),
                ("occurred_at", models.DateTimeField(default=marketplace.core.clock.now)),
            ],
            options={
                "db_table": "orders_order_event",
                "indexes": [
                    models.Index(fields=["order_id", "version", "id"], name="orders_timeline")
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderHistoryEntry",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False)),
                ("checkout_id", models.UUIDField()),
                ("buyer_id", models.UUIDField()),
                ("seller_id", models.UUIDField()),
                ("status", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=200)),
                ("image_url", models.CharField(max_length=500)),
                ("item_count", models.PositiveIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("tracking_number", models.CharField(max_length=100)),
                ("has_open_request", models.BooleanField()),
                ("is_frozen", models.BooleanField()),
                ("version", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "orders_order_history_entry",
                "indexes": [
                    models.Index(
                        fields=["buyer_id", "-created_at", "-order_id"], name="orders_history_buyer"
                    ),
                    models.Index(
                        fields=["buyer_id", "status", "-created_at", "-order_id"],
                        name="orders_history_buyer_status",
                    ),
                    models.Index(
                        fields=["seller_id", "-created_at", "-order_id"],
                        name="orders_history_seller",
                    ),
                    models.Index(
                        fields=["seller_id", "status", "-created_at", "-order_id"],
                        name="orders_history_seller_status",
                    ),
                    models.Index(
                        condition=models.Q(("has_open_request", True)),
                        fields=["seller_id"],
                        name="orders_history_seller_requests",
                    ),
                    models.Index(
                        condition=models.Q(("has_open_request", True)),
                        fields=["buyer_id"],
                        name="orders_history_buyer_requests",
                    ),
                ],
                "verbose_name_plural": "order history entries",
            },
        ),
        migrations.CreateModel(
            name="OrderItem",
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
                ("title", models.CharField(max_length=200)),
                ("image_url", models.CharField(blank=True, default="", max_length=500)),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price_minor", models.BigIntegerField()),
                ("total_price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="orders.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "orders_order_item",
                "constraints": [
                    models.UniqueConstraint(fields=("order", "product"), name="orders_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="orders_item_quantity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total_price_minor",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("unit_price_minor"), "*", models.F("quantity")
                                ),
                            ),
                            ("unit_price_minor__gte", 0),
                        ),
                        name="orders_item_total_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SweepOutage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField(unique=True)),
                ("ended_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(default=marketplace.core.clock.now)),
            ],
            options={
                "db_table": "orders_sweep_outage",
                "indexes": [models.Index(fields=["ended_at"], name="orders_outage_ended")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gt", models.F("began_at"))),
                        name="orders_outage_ends_after_beginning",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EscrowPolicy",
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
                    "pay_within_minutes",
                    models.PositiveIntegerField(
                        default=30, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "pay_slow_within_hours",
                    models.PositiveIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "cancellation_answer_hours",
                    models.PositiveIntegerField(
                        default=72, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "ship_within_business_days",
                    models.PositiveIntegerField(
                        default=5, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "ship_extension_business_days",
                    models.PositiveIntegerField(
                        default=10, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "scan_within_days",
                    models.PositiveIntegerField(
                        default=15, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "inspection_tracked_hours",
                    models.PositiveIntegerField(
                        default=72, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "inspection_untracked_hours",
                    models.PositiveIntegerField(
                        default=168, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "inspection_in_person_hours",
                    models.PositiveIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                (
                    "reminder_before_hours",
                    models.PositiveIntegerField(
                        default=24, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="products.category",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "escrow policies",
                "db_table": "orders_escrow_policy",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("category",),
                        name="orders_policy_once_per_category",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancellation_answer_hours__gte", 1),
                            ("inspection_in_person_hours__gte", 1),
                            ("inspection_tracked_hours__gte", 1),
                            ("inspection_untracked_hours__gte", 1),
                            ("pay_slow_within_hours__gte", 1),
                            ("pay_within_minutes__gte", 1),
                            ("scan_within_days__gte", 1),
                            ("ship_within_business_days__gte", 1),
                        ),
                        name="orders_policy_timers_positive",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TradingLimit",
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
                    "buyer_order_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Minor units. The most that one order may cost its buyer.",
                        null=True,
                    ),
                ),
                (
                    "buyer_month_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Minor units. The most that a buyer orders in any 30 days.",
                        null=True,
                    ),
                ),
                (
                    "seller_order_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Minor units. The most that one order may bring its seller.",
                        null=True,
                    ),
                ),
                (
                    "seller_month_minor",
                    models.BigIntegerField(
                        blank=True,
                        help_text="Minor units. The most that a seller is ordered from in any 30 days.",
                        null=True,
                    ),
                ),
                (
                    "buyer_open_orders",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="So many orders of a buyer may be open at once.",
                        null=True,
                    ),
                ),
                (
                    "seller_open_orders",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="So many orders of a seller may be open at once.",
                        null=True,
                    ),
                ),
                ("updated_at", models.DateTimeField(default=marketplace.core.clock.now)),
            ],
            options={
                "db_table": "orders_trading_limit",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "verification_level"),
                        name="orders_trading_limit_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency__isnull", True),
                            ("currency__regex", "^[A-Z]{3}$"),
                            _connector="OR",
                        ),
                        name="orders_trading_limit_currency_iso",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verification_level__isnull", True),
                            ("verification_level__in", ["T0", "T1", "T2", "T3"]),
                            _connector="OR",
                        ),
                        name="orders_trading_limit_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency__isnull", False),
                            models.Q(
                                ("buyer_month_minor__isnull", True),
                                ("buyer_order_minor__isnull", True),
                                ("seller_month_minor__isnull", True),
                                ("seller_order_minor__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_trading_limit_amounts_need_currency",
                        violation_error_message="An amount needs a currency.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("currency__isnull", True),
                            models.Q(
                                ("buyer_open_orders__isnull", True),
                                ("seller_open_orders__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_trading_limit_numbers_have_none",
                        violation_error_message="Open orders are counted over all currencies.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("buyer_order_minor__isnull", True),
                                ("buyer_order_minor__gte", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("buyer_month_minor__isnull", True),
                                ("buyer_month_minor__gte", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("seller_order_minor__isnull", True),
                                ("seller_order_minor__gte", 0),
                                _connector="OR",
                            ),
                            models.Q(
                                ("seller_month_minor__isnull", True),
                                ("seller_month_minor__gte", 0),
                                _connector="OR",
                            ),
                        ),
                        name="orders_trading_limit_not_negative",
                    ),
                ],
            },
        ),
        migrations.RunSQL(UNSAY, "DROP FUNCTION orders_unsay(uuid)"),
        migrations.RunPython(seed_policies, migrations.RunPython.noop),
    ]
