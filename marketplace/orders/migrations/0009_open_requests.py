"""Orders with an open request of their party, for the dashboard."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0008_orders_of_people")]

    operations = [
        AddIndexConcurrently(
            model_name="orderhistoryentry",
            index=models.Index(
                condition=models.Q(("has_open_request", True)),
                fields=["seller_id"],
                name="orders_history_seller_requests",
            ),
        ),
        AddIndexConcurrently(
            model_name="orderhistoryentry",
            index=models.Index(
                condition=models.Q(("has_open_request", True)),
                fields=["buyer_id"],
                name="orders_history_buyer_requests",
            ),
        ),
    ]
