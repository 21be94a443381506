"""What the platform asks of a carrier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class CarrierUnavailable(Exception):
    """No definite answer: registering is tried again later with the same number."""


class CarrierRefused(Exception):
    """A definite no: trying again would not help."""


class SignatureInvalid(Exception):
    """The message is not the carrier's, or is too old."""


@dataclass(frozen=True, slots=True)
class TrackingMessage:
    """A carrier's message, understood. ``kind`` is a ``TrackingKind``; None when of no interest."""

    event_id: str
    tracking_number: str
    kind: str | None
    occurred_at: datetime


class Carrier(Protocol):
    """One carrier. Implementations hold no state and may be shared between threads."""

    code: str

    def register_shipment(self, *, tracking_number: str, reference: str) -> None:
        """Ask for reports on a parcel; the same number and reference again changes nothing."""

    def verify(self, *, body: bytes, headers: Mapping[str, str]) -> str:
        """Check the raw message; returns the carrier's event id or raises SignatureInvalid."""

    def parse(self, body: bytes) -> TrackingMessage:
        """Understand a verified message; raises ValueError for one that makes no sense."""
