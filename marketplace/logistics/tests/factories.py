"""Shipping methods for tests that begin with empty tables."""

from marketplace.logistics.models import ShippingMethod, ShippingRate


def ensure_standard_method(currency: str = "EUR", base_minor: int = 490) -> ShippingMethod:
    """The tracked method ``standard``, as the first migration makes it.

    A test with real transactions empties every table when it ends, the first methods included.
    """
    method, _ = ShippingMethod.objects.get_or_create(
        code="standard",
        defaults={"name": "Standard parcel", "carrier": "sandbox", "is_tracked": True},
    )
    ShippingRate.objects.get_or_create(
        method=method, currency=currency, defaults={"base_minor": base_minor}
    )
    return method
