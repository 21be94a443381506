"""An account has one identity of each provider at most, whatever happens at the same moment.

The table is the account library's, so the rule is stated here in SQL.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0007_live_sign_ins"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        migrations.RunSQL(
            sql=(
                "CREATE UNIQUE INDEX users_one_identity_per_provider "
                "ON socialaccount_socialaccount (user_id, provider)"
            ),
            reverse_sql="DROP INDEX users_one_identity_per_provider",
        ),
    ]
