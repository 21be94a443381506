"""Which way letters leave, from one address: ``EMAIL_URL``.

(unset)                         kept in the outbox
console://                      printed
smtp://user:password@host:25    SMTP; smtp+tls:// with STARTTLS, smtp+ssl:// inside TLS
sendgrid://:api-key@            SendGrid
mailgun://:api-key@domain       Mailgun; ?region=eu for its European servers
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEEP = "marketplace.notifications.email.KeepBackend"
SMTP_SCHEMES = {
    "smtp": {},
    "smtp+tls": {"EMAIL_USE_TLS": True},
    "smtp+ssl": {"EMAIL_USE_SSL": True},
}
MAILGUN_EU = "https://api.eu.mailgun.net/v3"


class EmailUrlRefused(ValueError):
    """``EMAIL_URL`` names no way of delivery that exists here, or leaves something out."""


def settings_from(url: str) -> dict[str, Any]:
    """The Django settings that ``url`` stands for; raises EmailUrlRefused."""
    parts = urlsplit(url)
    secret = unquote(parts.password or "")
    if not url:
        return {"EMAIL_DELIVERY_BACKEND": KEEP}
    if parts.scheme == "console":
        return {"EMAIL_DELIVERY_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme in SMTP_SCHEMES:
        if not parts.hostname:
            raise EmailUrlRefused("EMAIL_URL: an SMTP address needs a host")
        return {
            "EMAIL_DELIVERY_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtp+ssl" else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": secret,
            **SMTP_SCHEMES[parts.scheme],
        }
    if parts.scheme in {"sendgrid", "mailgun"} and not secret:
        raise EmailUrlRefused(f"EMAIL_URL: {parts.scheme} needs an API key, {parts.scheme}://:key@")
    if parts.scheme == "sendgrid":
        return _anymail("sendgrid", SENDGRID_API_KEY=secret)
    if parts.scheme == "mailgun":
        if not parts.hostname:
            raise EmailUrlRefused("EMAIL_URL: mailgun needs a domain, mailgun://:key@domain")
        options = {"MAILGUN_API_KEY": secret, "MAILGUN_SENDER_DOMAIN": parts.hostname}
        if parse_qs(parts.query).get("region") == ["eu"]:
            options["MAILGUN_API_URL"] = MAILGUN_EU
        return _anymail("mailgun", **options)
    raise EmailUrlRefused(f"EMAIL_URL: no way to deliver by {parts.scheme or url!r}")


def _anymail(provider: str, **options: str) -> dict[str, Any]:
    return {
        "EMAIL_DELIVERY_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        "ANYMAIL": {**options, "REQUESTS_TIMEOUT": (5, 15)},
    }
