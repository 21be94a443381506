"""Payments keep the name of the card that paid, where the payer gave one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("provider", "0004_charge_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="instrument",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
    ]
