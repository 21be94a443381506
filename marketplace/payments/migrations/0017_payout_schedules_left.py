"""The days whose scheduled payouts are left, by an index."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0016_holding_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="payoutschedule",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["run_on", "currency"],
                name="payments_payout_schedule_left",
            ),
        ),
    ]
