"""Second factors (ADR 0070): which there are, and for which site a passkey is good."""

from urllib.parse import urlsplit

import environ

env = environ.Env()


def site_of(address: str) -> str:
    """The host that passkeys belong to. An address in numbers has none: browsers want a name."""
    host = urlsplit(address).hostname or ""
    return "localhost" if host in {"127.0.0.1", "::1", "0.0.0.0"} else host  # noqa: S104


def origin_of(address: str) -> str:
    """Where pages come from that may use a passkey of the site."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{site_of(address)}{port}"


_PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
_FRONTEND_URL = env.str("FRONTEND_URL", default=_PUBLIC_URL)

# A passkey is bound to this name for ever: with another one, every passkey is lost.
WEBAUTHN_RP_ID = env.str("WEBAUTHN_RP_ID", default=site_of(_FRONTEND_URL))
WEBAUTHN_ORIGINS = env.list(
    "WEBAUTHN_ORIGINS", default=[origin_of(_FRONTEND_URL), origin_of(_PUBLIC_URL)]
)
STEP_UPS_PER_HOUR = 30
"""How often one person may ask to approve something; for some of them a letter is sent."""
STEP_UPS_BY_TEXT_PER_HOUR = 6
"""The same where a text is sent, which costs money."""
MFA_ADAPTER = "marketplace.users.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
"""A code of the half minute before or after the present one is right, too."""
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Wherever allauth's own forms ask for a code, one works once there as well.
MFA_FORMS = {
    "authenticate": "marketplace.users.mfa_forms.AuthenticateForm",
    "reauthenticate": "marketplace.users.mfa_forms.ReauthenticateForm",
}
