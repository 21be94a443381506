"""Who else keeps the same bank account."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0023_held_of_a_buyer")]

    operations = [
        AddIndexConcurrently(
            model_name="bankaccount",
            index=models.Index(fields=["fingerprint"], name="payments_bank_account_keepers"),
        ),
    ]
