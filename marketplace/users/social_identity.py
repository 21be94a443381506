"""What is believed of what a provider tells: above all, whether an email address is proved."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from marketplace.users.snapshots import ProviderIdentity

MAX_NAME_LENGTH = 100
MAX_EMAIL_LENGTH = 254
GOOGLES_OWN = {"gmail.com", "googlemail.com"}


def identity_from(
    provider: str, subject: str, data: Mapping[str, Any], settings: Mapping[str, Any]
) -> ProviderIdentity:
    """The person of a verified answer: claims of OpenID Connect, or Facebook's fields."""
    sources = [part for part in (data.get("id_token"), data.get("userinfo")) if part] or [data]
    # An address and whether it is verified are taken from the same document.
    about = next((part for part in sources if part.get("email")), sources[-1])
    named: dict[str, Any] = {}
    for part in sources:
        named |= part
    email = _email(about.get("email"))
    return ProviderIdentity(
        provider=provider,
        subject=subject,
        email=email,
        is_email_proved=bool(email) and _is_proved(email, about, settings),
        first_name=_name(named.get("given_name") or named.get("first_name")),
        last_name=_name(named.get("family_name") or named.get("last_name")),
    )


def _is_proved(email: str, about: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether the provider says that it has seen to the address, and is one to know.

    Only who runs the mail of a domain knows whose an address there is: another provider may have
    seen it once, or lets its people claim what they like. Facebook does not say at all.
    """
    if about.get("email_verified") is not True:
        # Not what is merely truthy: some send the text "false".
        return False
    domain = email.rpartition("@")[2]
    if settings.get("email_rule") == "google":
        # Google's own advice: it runs these, and the domains of organisations that it names.
        return domain in GOOGLES_OWN or about.get("hd") == domain
    trusted = settings.get("trusted_email_domains", ())
    return domain in trusted or "*" in trusted


def _email(value: object) -> str:
    """Lower case and ASCII like every address here; nothing where it is no address."""
    if not isinstance(value, str):
        return ""
    email = value.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email if email.isascii() and len(email) <= MAX_EMAIL_LENGTH else ""


def _name(value: object) -> str:
    if not isinstance(value, str):
        return ""
    shown = "".join(character for character in value if character.isprintable())
    return shown.strip()[:MAX_NAME_LENGTH]
