"""A payout may go to an account that is connected at Stripe."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0017_payout_schedules_left"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="bankaccount",
            name="payments_bank_account_kind_known",
        ),
        migrations.AlterField(
            model_name="bankaccount",
            name="number_kind",
            field=models.CharField(
                choices=[
                    ("IBAN", "Iban"),
                    ("ACCOUNT_NUMBER", "Account Number"),
                    ("PAYPAL", "Paypal"),
                    ("STRIPE_ACCOUNT", "Stripe Account"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number_kind__in", ["IBAN", "ACCOUNT_NUMBER", "PAYPAL", "STRIPE_ACCOUNT"])
                ),
                name="payments_bank_account_kind_known",
            ),
        ),
    ]
