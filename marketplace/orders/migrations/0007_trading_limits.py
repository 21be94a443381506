from django.conf import settings
from django.db import migrations, models

import marketplace.core.clock
import marketplace.core.ids


def seed_limits(apps, _schema_editor):
    limits = apps.get_model("orders", "TradingLimit").objects
    for row in settings.TRADING_LIMITS:
        limits.create(**row)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_staff_permissions"),
    ]

    operations = [
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
        migrations.RunPython(seed_limits, migrations.RunPython.noop),
    ]
