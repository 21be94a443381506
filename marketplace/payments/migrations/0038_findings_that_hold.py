"""A seller's findings that hold payouts are asked for at each payout, under the wallet's lock: an
index of those alone, however many were cleared. And one to find an order's.

Expand: two indexes on a table of its first day.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0037_instruments_that_paid")]

    operations = [
        migrations.AddIndex(
            model_name="riskfinding",
            index=models.Index(
                condition=Q(status__in=["OPEN", "CONFIRMED"]),
                fields=["seller"],
                name="payments_finding_holding",
            ),
        ),
        migrations.AddIndex(
            model_name="riskfinding",
            index=models.Index(fields=["order_id"], name="payments_finding_of_order"),
        ),
    ]
