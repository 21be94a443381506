"""The buyer's share of the commission: part of what an order costs."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_default_policy"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="order",
            name="orders_total_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="order",
            name="orders_amounts_not_negative",
        ),
        migrations.AddField(
            model_name="order",
            name="buyer_fee_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("subtotal_minor"), "+", models.F("shipping_cost_minor")
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
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("buyer_fee_minor__gte", 0),
                    ("shipping_cost_minor__gte", 0),
                    ("subtotal_minor__gte", 0),
                    ("tax_minor__gte", 0),
                    ("total_minor__gt", 0),
                ),
                name="orders_amounts_not_negative",
            ),
        ),
    ]
