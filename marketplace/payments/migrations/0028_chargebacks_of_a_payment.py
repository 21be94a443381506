"""The chargebacks of a provider's payment, found before anything of it leaves suspense."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0027_what_a_chargeback_took")]

    operations = [
        AddIndexConcurrently(
            model_name="paymentreview",
            index=models.Index(
                condition=models.Q(("provider_payment_id", ""), _negated=True),
                fields=["provider", "provider_payment_id"],
                name="payments_review_taken_back",
            ),
        ),
    ]
