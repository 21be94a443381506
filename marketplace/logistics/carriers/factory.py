"""Which carriers exist. A new one is an adapter module and a line here."""

from collections.abc import Callable, Mapping

from marketplace.logistics.carriers.base import Carrier
from marketplace.logistics.carriers.sandbox import SandboxCarrier
from marketplace.logistics.errors import CarrierUnknown

_FACTORIES: Mapping[str, Callable[[], Carrier]] = {"sandbox": SandboxCarrier.from_settings}


def carrier_codes() -> tuple[str, ...]:
    return tuple(_FACTORIES)


def get_carrier(code: str) -> Carrier:
    """The adapter of one carrier; raises :class:`CarrierUnknown`."""
    if code not in _FACTORIES:
        raise CarrierUnknown(
            f"{code!r} is not one of the carriers: {', '.join(_FACTORIES)}.", known=[*_FACTORIES]
        )
    return _FACTORIES[code]()
