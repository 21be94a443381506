"""Sums of a seller's sales for the public page, and what each sale adds to them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0019_consents"),
    ]

    operations = [
        migrations.CreateModel(
            name="SellerSale",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seller_id", models.UUIDField()),
                ("version", models.PositiveIntegerField()),
                ("is_paid", models.BooleanField()),
                ("is_completed", models.BooleanField()),
                ("is_called_off", models.BooleanField()),
                ("is_refunded", models.BooleanField()),
                ("is_disputed", models.BooleanField()),
                ("ship_seconds", models.PositiveBigIntegerField(null=True)),
            ],
            options={
                "db_table": "users_seller_sale",
            },
        ),
        migrations.CreateModel(
            name="SellerStats",
            fields=[
                ("seller_id", models.UUIDField(primary_key=True, serialize=False)),
                ("paid_sales", models.PositiveIntegerField(default=0)),
                ("completed_sales", models.PositiveIntegerField(default=0)),
                ("called_off_sales", models.PositiveIntegerField(default=0)),
                ("refunded_sales", models.PositiveIntegerField(default=0)),
                ("disputed_sales", models.PositiveIntegerField(default=0)),
                ("shipped_sales", models.PositiveIntegerField(default=0)),
                ("ship_seconds_total", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "db_table": "users_seller_stats",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_sales__lte", models.F("paid_sales")),
                            ("disputed_sales__lte", models.F("paid_sales")),
                        ),
                        name="users_seller_stats_within_paid",
                    )
                ],
            },
        ),
    ]
