"""Downloading one's data and erasing one's account are approved; staff may reset second factors."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

PURPOSES = [
    "withdrawal",
    "bank_account",
    "email_change",
    "phone_change",
    "factor_change",
    "privacy",
]


class Migration(migrations.Migration):
    dependencies = [("users", "0022_sms_codes")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": (
                    ("suspend_user", "Suspend and reinstate accounts"),
                    ("erase_user", "Erase accounts for their owners"),
                    ("export_user", "Have files of their data made for people"),
                    ("reset_second_factors", "Take lost second factors from people"),
                    ("assign_staff_role", "Assign staff roles"),
                )
            },
        ),
        migrations.AlterField(
            model_name="stepup",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("withdrawal", "withdraw money"),
                    ("bank_account", "add a bank account"),
                    ("email_change", "change the email address"),
                    ("phone_change", "change the telephone number"),
                    ("factor_change", "change a second factor"),
                    ("privacy", "download or erase what is known of one"),
                ],
                max_length=16,
            ),
        ),
        migrations.RemoveConstraint(model_name="stepup", name="users_step_up_purpose_known"),
        # Validated by the next migration, in a transaction that holds no lock others wait for.
        AddConstraintNotValid(
            model_name="stepup",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", PURPOSES)), name="users_step_up_purpose_known"
            ),
        ),
    ]
