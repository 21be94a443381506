"""What each person uploaded on each day, for the daily quota."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_audit_log")]

    operations = [
        migrations.CreateModel(
            name="UploadUsage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user_id", models.UUIDField()),
                ("day", models.DateField()),
                ("files", models.PositiveIntegerField()),
                ("size_bytes", models.PositiveBigIntegerField()),
            ],
            options={
                "db_table": "core_upload_usage",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "day"), name="core_upload_usage_once"
                    )
                ],
            },
        ),
    ]
