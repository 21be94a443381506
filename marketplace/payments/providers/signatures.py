"""Webhook signatures of the form ``t=<unix>,v1=<hex>[,v1=<hex>…]``."""

import hashlib
import hmac
from collections.abc import Sequence

from marketplace.core import clock
from marketplace.payments.providers.protocol import BadSignature

TOLERANCE_SECONDS = 300
MAX_SIGNATURES = 8


def verify_timestamped_hmac(body: bytes, header: str, secrets: Sequence[str]) -> None:
    """Any ``v1`` under any of our secrets may match, so that either side can rotate in its time.

    The MAC is SHA-256 over ``t.rawbody``. Raises :class:`BadSignature` when none matches or the
    time is more than 300 s away from ours, in either direction.
    """
    timestamp, signatures = _parts(header)
    if abs(clock.now().timestamp() - timestamp) > TOLERANCE_SECONDS:
        raise BadSignature("the signature's time is more than 300 seconds away")
    message = b"%d." % timestamp + body
    matched = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
        for signature in signatures:
            # Every pair is compared, in constant time: the time tells nothing.
            matched |= hmac.compare_digest(expected.encode(), signature.encode())
    if not matched:
        raise BadSignature("no signature matches")


def _parts(header: str) -> tuple[int, list[str]]:
    timestamp, signatures = None, []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t" and value.isascii() and value.isdigit() and len(value) <= 12:
            timestamp = int(value)
        elif name == "v1":
            signatures.append(value)
    if timestamp is None or not 0 < len(signatures) <= MAX_SIGNATURES:
        raise BadSignature("the signature header is missing or malformed")
    return timestamp, signatures
