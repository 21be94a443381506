from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0014_badge_follows_level")]

    operations = [ValidateConstraint(model_name="user", name="users_badge_follows_level")]
