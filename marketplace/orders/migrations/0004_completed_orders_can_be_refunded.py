"""An order that was completed may end as refunded, and keeps the time of its completion."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_buyer_fee"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="order",
            name="orders_completed_has_time",
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
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
        ),
    ]
