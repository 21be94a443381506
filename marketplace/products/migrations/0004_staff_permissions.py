"""What staff may do, as permissions; nothing in the database changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0003_category_tree"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="product",
            options={
                "permissions": (
                    ("review_product", "Approve and reject listings"),
                    ("feature_product", "Feature products on the front page"),
                )
            },
        ),
    ]
