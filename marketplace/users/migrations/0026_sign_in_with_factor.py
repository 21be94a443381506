from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0025_feature_seller")]

    operations = [
        migrations.AddField(
            model_name="signin",
            name="with_factor",
            field=models.BooleanField(default=False, db_default=False),
        ),
    ]
