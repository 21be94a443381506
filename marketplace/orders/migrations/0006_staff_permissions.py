"""What staff may do, as permissions; nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_unsay"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={
                "permissions": (
                    ("record_delivery", "Record that an order was delivered"),
                    ("cancel_order", "Cancel orders"),
                    ("refund_order", "Refund orders"),
                )
            },
        ),
    ]
