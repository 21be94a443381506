from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0019_forget_bank_accounts")]

    operations = [
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("held_attempt_id__isnull", True)),
                fields=["currency", "amount_minor", "-id"],
                name="payments_payment_unpaid",
            ),
        ),
    ]
