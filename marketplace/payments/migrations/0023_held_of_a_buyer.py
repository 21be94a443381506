"""What of a buyer's payments waits in escrow."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0022_staff_permissions")]

    operations = [
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("escrow_status", "IN_ESCROW")),
                fields=["user", "currency"],
                name="payments_payment_held_of",
            ),
        ),
    ]
