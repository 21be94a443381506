from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0023_privacy_step_ups")]

    operations = [
        ValidateConstraint(model_name="stepup", name="users_step_up_confirmed_by_factor"),
        ValidateConstraint(model_name="stepup", name="users_step_up_purpose_known"),
    ]
