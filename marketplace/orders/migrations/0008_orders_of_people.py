from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What somebody ordered or was ordered from lately, without a walk over all of it."""

    atomic = False

    dependencies = [("orders", "0007_trading_limits")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["buyer", "created_at"], name="orders_of_buyer"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["seller", "created_at"], name="orders_of_seller"),
        ),
    ]
