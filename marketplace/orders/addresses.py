"""Where goods go."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from babel import Locale

from marketplace.orders.errors import AddressInvalid

MAX_LENGTH = 200
REQUIRED = ("recipient", "line1", "city", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAddress:
    """A postal address. ``country`` is ISO 3166 alpha-2; the rest is as people write it."""

    recipient: str
    line1: str
    line2: str = ""
    city: str
    region: str = ""
    postal_code: str = ""
    country: str
    phone: str = ""

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "ShippingAddress":
        """Check and tidy what a client sent; raises AddressInvalid naming the fields."""
        faults: dict[str, list[str]] = {}
        known = cls.__dataclass_fields__
        for name in data.keys() - known.keys():
            faults[f"shipping_address.{name}"] = ["There is no such field."]
        values = {name: data.get(name, "") for name in known}
        for name, value in values.items():
            if problem := _fault(name, value):
                faults[f"shipping_address.{name}"] = [problem]
        if faults:
            raise AddressInvalid("Correct the fields named in errors.", fields=faults)
        return cls(**{name: " ".join(value.split()) for name, value in values.items()})

    def to_json(self) -> dict[str, str]:
        return asdict(self)


ADDRESS_FIELDS = tuple(ShippingAddress.__dataclass_fields__)


def _fault(name: str, value: Any) -> str:
    if not isinstance(value, str):
        return "It must be a string."
    if len(value) > MAX_LENGTH or not all(c.isprintable() for c in value):
        return f"It must have at most {MAX_LENGTH} printable characters."
    if name in REQUIRED and not value.strip():
        return "It is required."
    if name == "country" and (len(value) != 2 or value not in Locale("en").territories):
        return "It must be an ISO 3166 alpha-2 code, such as DE."
    return ""
