from django.db import migrations


class Migration(migrations.Migration):
    """The few addresses that nobody confirmed, found among very many; the table is the library's."""

    dependencies = [
        ("users", "0026_sign_in_with_factor"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX users_unproved_address ON account_emailaddress (id) WHERE NOT verified",
            "DROP INDEX users_unproved_address",
        )
    ]
