"""A carrier in memory that misbehaves on demand."""

from collections.abc import Mapping

from marketplace.core.db import forbid_transaction
from marketplace.logistics.carriers import TrackingMessage


class FakeCarrier:
    code = "sandbox"

    def __init__(self) -> None:
        self.registered: dict[str, str] = {}
        self.calls = 0
        self.fail_next: list[Exception] = []

    def register_shipment(self, *, tracking_number: str, reference: str) -> None:
        forbid_transaction("a call to the carrier")
        self.calls += 1
        if self.fail_next:
            raise self.fail_next.pop(0)
        self.registered[tracking_number] = reference

    def verify(self, *, body: bytes, headers: Mapping[str, str]) -> str:
        raise NotImplementedError

    def parse(self, body: bytes) -> TrackingMessage:
        raise NotImplementedError
