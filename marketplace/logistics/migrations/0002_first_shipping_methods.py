"""The methods that a new marketplace starts with; an operator edits them from then on."""

from django.db import migrations

# Amounts in minor units: (economy, standard, free from, express base, express per started kg).
PRICES = {
    "EUR": (250, 490, 10000, 790, 200),
    "USD": (290, 550, 10000, 890, 220),
    "GBP": (220, 430, 9000, 690, 180),
    "KES": (15000, 30000, 1000000, 45000, 10000),
    "NGN": (150000, 300000, 10000000, 450000, 100000),
    "JPY": (350, 700, 15000, 1100, 250),
    "KWD": (800, 1500, 30000, 2500, 600),
}

METHODS = (
    {
        "code": "standard",
        "name": "Standard parcel",
        "description": "Tracked to the door.",
        "carrier": "sandbox",
        "is_tracked": True,
        "strategy": "FREE_ABOVE",
        "min_days": 2,
        "max_days": 5,
        "position": 10,
    },
    {
        "code": "express",
        "name": "Express",
        "description": "Tracked, next working day, priced by weight.",
        "carrier": "sandbox",
        "is_tracked": True,
        "strategy": "BY_WEIGHT",
        "min_days": 1,
        "max_days": 2,
        "position": 20,
    },
    {
        "code": "economy",
        "name": "Letter post",
        "description": "Not tracked: the inspection window is longer.",
        "carrier": "",
        "is_tracked": False,
        "strategy": "FLAT",
        "min_days": 3,
        "max_days": 10,
        "position": 30,
    },
    {
        "code": "pickup-in-person",
        "name": "Pick-up in person",
        "description": "Buyer and seller meet.",
        "carrier": "",
        "is_tracked": False,
        "is_in_person": True,
        "strategy": "FLAT",
        "min_days": 0,
        "max_days": 5,
        "position": 40,
    },
)


def rate_of(code, prices):
    economy, standard, free_from, express, per_kg = prices
    return {
        "standard": {"base_minor": standard, "free_from_minor": free_from},
        "express": {"base_minor": express, "per_kg_minor": per_kg},
        "economy": {"base_minor": economy},
        "pickup-in-person": {"base_minor": 0},
    }[code]


def create_methods(apps, _schema_editor):
    method_model = apps.get_model("logistics", "ShippingMethod")
    rate_model = apps.get_model("logistics", "ShippingRate")
    for fields in METHODS:
        method = method_model.objects.create(**fields)
        for currency, prices in PRICES.items():
            rate_model.objects.create(
                method=method, currency=currency, **rate_of(fields["code"], prices)
            )


class Migration(migrations.Migration):
    dependencies = [("logistics", "0001_shipping")]

    operations = [migrations.RunPython(create_methods, migrations.RunPython.noop)]
