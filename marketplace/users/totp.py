"""Codes of authenticator apps (RFC 6238), each good once."""

import hmac
from datetime import datetime

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def matching_step(*, secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is: the present one, or one beside it for a clock that is off.

    Whoever accepts a code remembers its step and takes none that is not later: RFC 6238 §5.2.
    """
    given = normalize_user_code(code).encode()
    present = int(at.timestamp()) // app_settings.TOTP_PERIOD
    tolerance = app_settings.TOTP_TOLERANCE
    found = None
    for step in range(present - tolerance, present + tolerance + 1):
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), given):
            found = step
    return found
