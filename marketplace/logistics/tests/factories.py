"""Shipping methods for tests that begin with empty tables."""

from itertools import count
from typing import Any

from django.db import transaction

from marketplace.core.ids import new_id
from marketplace.logistics.models import ShippingMethod, ShippingRate
from marketplace.logistics.services import ShipmentSnapshot, create_shipment
from marketplace.users.tests.factories import make_buyer, make_seller

_numbers = count(1)


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


def make_shipment(**changes: Any) -> ShipmentSnapshot:
    arguments: dict[str, Any] = {
        "order_id": new_id(),
        "buyer_id": make_buyer().pk,
        "seller_id": make_seller().pk,
        "carrier": "sandbox",
        "tracking_number": f"TRK{next(_numbers):06d}",
        "tracked": True,
        **changes,
    }
    with transaction.atomic():
        return create_shipment(**arguments)
