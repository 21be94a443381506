"""The timers that hold for everything until an operator says otherwise."""

from django.db import migrations


def create_default_policy(apps, _schema_editor):
    apps.get_model("orders", "EscrowPolicy").objects.create(category=None)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_orders")]

    operations = [migrations.RunPython(create_default_policy, migrations.RunPython.noop)]
