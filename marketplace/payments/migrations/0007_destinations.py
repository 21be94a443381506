"""Payouts may go to a PayPal account, and an account number may name its bank."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_top_ups_and_exchanges"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="bankaccount",
            name="payments_bank_account_kind_known",
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="bank_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="bankaccount",
            name="number_kind",
            field=models.CharField(
                choices=[
                    ("IBAN", "Iban"),
                    ("ACCOUNT_NUMBER", "Account Number"),
                    ("PAYPAL", "Paypal"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("number_kind__in", ["IBAN", "ACCOUNT_NUMBER", "PAYPAL"])),
                name="payments_bank_account_kind_known",
            ),
        ),
    ]
