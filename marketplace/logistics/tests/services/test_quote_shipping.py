import pytest
from django.db import IntegrityError, transaction

from marketplace.core.money import Money
from marketplace.logistics.errors import ShippingMethodNotAvailable, ShippingMethodUnknown
from marketplace.logistics.models import RateStrategy, ShippingMethod, ShippingRate
from marketplace.logistics.queries import list_shipping_methods
from marketplace.logistics.rates import STRATEGIES
from marketplace.logistics.services import ShippingQuote, quote_shipping

pytestmark = pytest.mark.django_db


def quote(code: str, subtotal: int = 1000, country: str = "DE", grams: int = 1) -> ShippingQuote:
    return quote_shipping(
        method_code=code,
        currency="EUR",
        subtotal=Money(subtotal, "EUR"),
        destination_country=country,
        weight_grams=grams,
    )


def test_every_strategy_has_code() -> None:
    assert set(STRATEGIES) == set(RateStrategy.values)


def test_a_new_marketplace_has_methods_of_every_kind() -> None:
    methods = {method.code: method for method in list_shipping_methods(currency="EUR")}
    assert list(methods) == ["standard", "express", "economy", "pickup-in-person"]
    assert [method.tracked for method in methods.values()] == [True, True, False, False]
    assert methods["pickup-in-person"].in_person


@pytest.mark.parametrize(("subtotal", "cost"), [(9999, 490), (10_000, 0), (10_001, 0)])
def test_free_from_an_amount_on(subtotal: int, cost: int) -> None:
    assert quote("standard", subtotal).cost == Money(cost, "EUR")


@pytest.mark.parametrize(("grams", "cost"), [(1, 990), (1000, 990), (1001, 1190), (2500, 1390)])
def test_every_started_kilogram_costs(grams: int, cost: int) -> None:
    assert quote("express", grams=grams).cost == Money(cost, "EUR")


def test_flat_is_flat() -> None:
    assert quote("economy", 10**9).cost == Money(250, "EUR")


def test_unknown_inactive_and_unpriced_methods_are_refused() -> None:
    with pytest.raises(ShippingMethodUnknown):
        quote("pigeon")
    ShippingMethod.objects.filter(code="economy").update(is_active=False)
    with pytest.raises(ShippingMethodUnknown):
        quote("economy")
    ShippingRate.objects.filter(method__code="express").delete()
    with pytest.raises(ShippingMethodNotAvailable):
        quote("express")


def test_a_method_goes_only_where_it_goes() -> None:
    ShippingMethod.objects.filter(code="standard").update(countries=["DE", "FR"])
    assert quote("standard", country="FR").cost == Money(490, "EUR")
    with pytest.raises(ShippingMethodNotAvailable):
        quote("standard", country="KE")
    offered = list_shipping_methods(currency="EUR", destination_country="KE")
    assert "standard" not in {method.code for method in offered}


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_tracked": True, "is_in_person": True},
        {"is_tracked": True, "carrier": ""},
        {"strategy": "FREE"},
        {"min_days": 9, "max_days": 1},
    ],
)
def test_the_database_refuses_a_method_that_makes_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ShippingMethod.objects.create(
            **{"code": "odd", "name": "Odd", "carrier": "sandbox", **wrong}
        )
