from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built beside sign-ins, so that nobody waits for it."""

    atomic = False
    dependencies = [("users", "0027_unproved_addresses")]

    operations = [
        AddIndexConcurrently(
            model_name="signin",
            index=models.Index(
                fields=["ip_address", "user", "created_at"], name="users_sign_in_address"
            ),
        ),
    ]
