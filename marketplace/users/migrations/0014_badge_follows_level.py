from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


def follow_level(apps, _schema_editor):
    """Whoever has the badge without the level never showed a document, and the other way round."""
    users = apps.get_model("users", "User").objects
    users.filter(verification_status="VERIFIED", verification_level__in=["T0", "T1"]).update(
        verification_status="UNVERIFIED"
    )
    users.filter(verification_level__in=["T2", "T3"]).exclude(
        verification_status="VERIFIED"
    ).update(verification_status="VERIFIED")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("users", "0013_data_export"),
    ]

    operations = [
        migrations.RunPython(follow_level, migrations.RunPython.noop),
        # Validated by the next migration, in a transaction that holds no lock which others wait for.
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("verification_level__in", ("T2", "T3")),
                        ("verification_status", "VERIFIED"),
                    ),
                    models.Q(
                        models.Q(("verification_status", "VERIFIED"), _negated=True),
                        ("verification_level__in", ("T0", "T1")),
                    ),
                    _connector="OR",
                ),
                name="users_badge_follows_level",
            ),
        ),
    ]
