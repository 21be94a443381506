"""The sandbox carrier: our own stand-in that speaks HTTP like a real one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import orjson
from django.conf import settings

from marketplace.core.db import forbid_transaction
from marketplace.logistics.carriers.base import (
    CarrierRefused,
    CarrierUnavailable,
    SignatureInvalid,
    TrackingMessage,
)
from marketplace.logistics.carriers.signatures import verify_signature
from marketplace.logistics.models import TrackingKind

TIMEOUT_SECONDS = 5
SIGNATURE_HEADER = "Sandbox-Signature"
KINDS: Mapping[str, str] = {
    "tracking.in_transit": TrackingKind.IN_TRANSIT,
    "tracking.delivered": TrackingKind.DELIVERED,
}


@cache
def _client() -> httpx.Client:
    """One for all calls: making a client costs more than ten calls with it."""
    # The carrier's address is configured: proxies of the environment have no say.
    return httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)


class SandboxCarrier:
    code = "sandbox"

    def __init__(self, *, base_url: str, api_key: str, secrets: Sequence[str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._secrets = tuple(secrets)

    @classmethod
    def from_settings(cls) -> "SandboxCarrier":
        return cls(
            base_url=settings.SANDBOX_URL,
            api_key=settings.SANDBOX_API_KEY,
            secrets=settings.SANDBOX_CARRIER_SECRETS,
        )

    def register_shipment(self, *, tracking_number: str, reference: str) -> None:
        forbid_transaction("a call to the carrier")
        headers = {
            "Authorization": f"Bearer {self._api_key}",
            "Idempotency-Key": f"shipment-{reference}",
        }
        body = {"tracking_number": tracking_number, "reference": reference}
        try:
            answer = _client().post(
                f"{self._base_url}/carrier/v1/shipments", json=body, headers=headers
            )
        except httpx.HTTPError as error:
            raise CarrierUnavailable(f"{type(error).__name__}: {error}") from error
        if answer.is_success:
            return
        if answer.status_code == httpx.codes.CONFLICT or answer.is_server_error:
            raise CarrierUnavailable(f"the carrier answered {answer.status_code}")
        raise CarrierRefused(f"the carrier answered {answer.status_code}: {answer.text[:200]}")

    def verify(self, *, body: bytes, headers: Mapping[str, str]) -> str:
        verify_signature(headers.get(SIGNATURE_HEADER, ""), body, secrets=self._secrets)
        event_id = _document(body).get("id")
        if not isinstance(event_id, str) or not 0 < len(event_id) <= 100:
            raise SignatureInvalid("the message has no id")
        return event_id

    def parse(self, body: bytes) -> TrackingMessage:
        document = _document(body)
        data = document.get("data")
        if not isinstance(data, dict):
            raise ValueError("data is missing")  # noqa: TRY004 - the message is wrong, not our call
        occurred_at = datetime.fromisoformat(str(data.get("occurred_at")))
        if occurred_at.tzinfo is None:
            raise ValueError("occurred_at has no time zone")
        return TrackingMessage(
            event_id=str(document["id"]),
            tracking_number=str(data.get("tracking_number", "")),
            kind=KINDS.get(str(document.get("type"))),
            occurred_at=occurred_at,
        )


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SignatureInvalid("the message is not JSON") from error
    if not isinstance(document, dict):
        raise SignatureInvalid("the message is not a JSON object")
    return document
