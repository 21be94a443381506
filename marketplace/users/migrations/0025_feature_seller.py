from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("users", "0008_squashed_0024_privacy_step_ups_valid")]

    operations = [
        migrations.AlterModelOptions(
            name="userprofile",
            options={"permissions": (("feature_seller", "Feature sellers"),)},
        ),
    ]
