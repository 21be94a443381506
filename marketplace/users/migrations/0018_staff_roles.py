"""Staff roles as data, and the permissions over accounts."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import marketplace.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("users", "0017_keep_profile_addresses"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": (
                    ("suspend_user", "Suspend and reinstate accounts"),
                    ("erase_user", "Erase accounts for their owners"),
                    ("assign_staff_role", "Assign staff roles"),
                )
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("description", models.CharField(max_length=300)),
                (
                    "seeded",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=201), default=list, size=None
                    ),
                ),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_role",
                        to="auth.group",
                    ),
                ),
            ],
            options={
                "db_table": "users_staff_role",
                "permissions": (("edit_staff_role", "Edit what staff roles may do"),),
            },
        ),
    ]
