"""A check at an outside service is of what the case stated when it began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_cases")]

    operations = [
        migrations.AddField(
            model_name="servicecheck",
            name="case_version",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
