"""The signature that a receiver checks."""

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "Sandbox-Signature"


def sign(body: bytes, secrets: Sequence[str], timestamp: int) -> str:
    """`t=<unix>,v1=<hex>`; one v1 per secret, so that a receiver may change over in its time.

    v1 is HMAC-SHA256 over the timestamp, a dot and the raw body.
    """
    message = b"%d." % timestamp + body
    parts = [f"t={timestamp}"]
    parts += [
        "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in secrets
    ]
    return ",".join(parts)
