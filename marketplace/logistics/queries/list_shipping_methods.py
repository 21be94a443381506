from marketplace.core.money import Money
from marketplace.logistics.rates import STRATEGIES
from marketplace.logistics.repositories import ShippingMethodRepository
from marketplace.logistics.snapshots import ShippingMethodSnapshot


def list_shipping_methods(
    *, currency: str, subtotal: Money | None = None, destination_country: str = ""
) -> tuple[ShippingMethodSnapshot, ...]:
    """Active methods with a price in ``currency``, priced for ``subtotal`` (default: nothing)."""
    amount = subtotal or Money.zero(currency)
    rates = ShippingMethodRepository().list_rates(currency=currency, country=destination_country)
    return tuple(
        ShippingMethodSnapshot(
            code=rate.method.code,
            name=rate.method.name,
            description=rate.method.description,
            carrier=rate.method.carrier,
            tracked=rate.method.is_tracked,
            in_person=rate.method.is_in_person,
            min_days=rate.method.min_days,
            max_days=rate.method.max_days,
            cost=STRATEGIES[rate.method.strategy](rate, amount, 1),
            free_from=Money(rate.free_from_minor, currency) if rate.free_from_minor else None,
        )
        for rate in rates
    )
