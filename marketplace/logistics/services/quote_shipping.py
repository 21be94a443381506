from marketplace.core.money import Money
from marketplace.logistics.errors import ShippingMethodNotAvailable
from marketplace.logistics.rates import STRATEGIES
from marketplace.logistics.repositories import ShippingMethodRepository
from marketplace.logistics.snapshots import ShippingQuote


def quote_shipping(
    *,
    method_code: str,
    currency: str,
    subtotal: Money,
    destination_country: str,
    weight_grams: int = 1,
) -> ShippingQuote:
    """What it costs to send goods worth ``subtotal`` by one method.

    ``weight_grams`` counts only where the method is priced by weight; one started kilogram is
    taken when it is not given. Raises ShippingMethodUnknown, ShippingMethodNotAvailable.
    """
    rate = ShippingMethodRepository().get_rate(method_code=method_code, currency=currency)
    method = rate.method
    if method.countries and destination_country not in method.countries:
        raise ShippingMethodNotAvailable(
            f"{method.name} does not go to {destination_country}; choose another shipping method.",
            fields={"shipping_method": [f"It does not go to {destination_country}."]},
        )
    return ShippingQuote(
        method_code=method.code,
        cost=STRATEGIES[method.strategy](rate, subtotal, weight_grams),
        tracked=method.is_tracked,
        in_person=method.is_in_person,
        carrier=method.carrier,
    )
