"""Find the methods that are offered."""

from django.db.models import Q, QuerySet

from marketplace.logistics.errors import ShippingMethodNotAvailable, ShippingMethodUnknown
from marketplace.logistics.models import ShippingMethod, ShippingRate


class ShippingMethodRepository:
    def get_rate(self, *, method_code: str, currency: str) -> ShippingRate:
        """The active method's price list row for one currency, with its method.

        Raises ShippingMethodUnknown or ShippingMethodNotAvailable.
        """
        rate = ShippingRate.objects.select_related("method").filter(
            method__code=method_code, method__is_active=True, currency=currency
        )
        if found := rate.first():
            return found
        method = ShippingMethod.objects.filter(code=method_code, is_active=True).first()
        if method is None:
            raise ShippingMethodUnknown(
                f"{method_code!r} is not offered; GET shipping/methods/ lists what is.",
                fields={"shipping_method": ["This shipping method is not offered."]},
            )
        raise ShippingMethodNotAvailable(
            f"{method.name} has no price in {currency}; choose another shipping method.",
            fields={"shipping_method": [f"It has no price in {currency}."]},
        )

    def list_rates(self, *, currency: str, country: str) -> QuerySet[ShippingRate]:
        rates = ShippingRate.objects.select_related("method").filter(
            currency=currency, method__is_active=True
        )
        if country:
            rates = rates.filter(Q(method__countries=[]) | Q(method__countries__contains=[country]))
        return rates.order_by("method__position", "method__code")
