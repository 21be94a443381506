"""Signed messages: ``t=<unix>,v1=<hex hmac-sha256 of "t.body">``.

While a secret is being rotated a message carries two ``v1``, and we hold two secrets.
"""

import hashlib
import hmac
from collections.abc import Sequence

from marketplace.core import clock
from marketplace.logistics.carriers.base import SignatureInvalid

TOLERANCE_SECONDS = 300


def sign(body: bytes, *, secret: str, timestamp: int) -> str:
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return digest.hexdigest()


def verify_signature(header: str, body: bytes, *, secrets: Sequence[str]) -> None:
    """Accept when any signature matches any current secret and the stamp is fresh."""
    timestamp, signatures = _parse(header)
    if abs(clock.now().timestamp() - timestamp) > TOLERANCE_SECONDS:
        raise SignatureInvalid("the message is older or newer than 300 seconds")
    for secret in secrets:
        expected = sign(body, secret=secret, timestamp=timestamp)
        if any(hmac.compare_digest(expected, given) for given in signatures):
            return
    raise SignatureInvalid("the signature does not match")


def _parse(header: str) -> tuple[int, list[str]]:
    pairs = [part.strip().partition("=")[::2] for part in header.split(",")]
    stamps = [value for name, value in pairs if name == "t"]
    signatures = [value for name, value in pairs if name == "v1" and value.isascii()]
    if len(stamps) != 1 or not stamps[0].isdecimal() or len(stamps[0]) > 12 or not signatures:
        raise SignatureInvalid("the signature header is malformed")
    return int(stamps[0]), signatures
