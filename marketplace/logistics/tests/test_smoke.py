import pytest

from marketplace.core.money import Money
from marketplace.logistics.queries import list_shipping_methods
from marketplace.logistics.services import quote_shipping


@pytest.mark.django_db
def test_a_new_marketplace_has_methods() -> None:
    assert [m.code for m in list_shipping_methods(currency="EUR")] == [
        "standard",
        "express",
        "economy",
        "pickup-in-person",
    ]
    quote = quote_shipping(
        method_code="standard",
        currency="EUR",
        subtotal=Money(1000, "EUR"),
        destination_country="DE",
    )
    assert quote.cost == Money(490, "EUR")
