"""What operators read of findings: names alone, nothing in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0039_closed_receipts_that_came_back"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="riskfinding",
            options={
                "permissions": (
                    ("decide_finding", "Decide about sales whose parties look linked"),
                ),
                "verbose_name": "sale",
                "verbose_name_plural": "sales to look at",
            },
        ),
        migrations.AlterField(
            model_name="riskfinding",
            name="kind",
            field=models.CharField(
                choices=[
                    ("LINKED_PARTIES", "Linked buyer and seller"),
                    ("INSTRUMENT_VELOCITY", "Many buyers, one means of payment"),
                ],
                max_length=20,
            ),
        ),
    ]
