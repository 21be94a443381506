"""Values that must not run where there is real money. All of them are named at once."""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from marketplace.config.settings.providers import faults_in_routes

MIN_SECRET_LENGTH = 50
MIN_DIFFERENT_CHARACTERS = 10
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - refused here
REQUIRED_VARIABLES = ("DATABASE_URL", "REDIS_URL")
SHOWS_MAIL = ("console", "dummy", "locmem", "filebased", "KeepBackend")


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Raise :class:`ImproperlyConfigured` naming every variable that must change."""
    if faults := list(unsafe_values(settings, os.environ)):
        lines = "\n".join(f"  {variable}: {reason}" for variable, reason in faults)
        raise ImproperlyConfigured(f"Refusing to start with unsafe settings:\n{lines}")


def unsafe_values(
    settings: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Each variable at fault, and what is wrong with it (never the value itself)."""
    yield from _missing(environment)
    yield from _weak_secrets(settings)
    yield from _open_doors(settings)
    yield from _pretence(settings, environment)
    yield from faults_in_routes(settings)


def _missing(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for variable in REQUIRED_VARIABLES:
        if not environment.get(variable):
            yield variable, "is not set; the embedded default is for one machine only"


def _weak_secrets(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    secret = str(settings.get("SECRET_KEY") or "")
    if len(secret) < MIN_SECRET_LENGTH:
        yield "SECRET_KEY", f"must have at least {MIN_SECRET_LENGTH} characters"
    elif len(set(secret)) < MIN_DIFFERENT_CHARACTERS:
        yield "SECRET_KEY", "repeats itself: make a random one"
    elif "not-a-secret" in secret or secret.startswith("django-insecure-"):
        yield "SECRET_KEY", "is an example that everybody knows"
    if not settings.get("SEAL_KEYS"):
        yield "SEAL_KEYS", "is not set: seals must not hang on the key that signs sessions"


def _open_doors(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if settings.get("DEBUG"):
        yield "DEBUG", "must be off: it shows settings and source to strangers"
    hosts = settings.get("ALLOWED_HOSTS") or []
    if not hosts:
        yield "ALLOWED_HOSTS", "is empty: name the hosts that this platform answers for"
    elif any(host in {"*", "."} or host.startswith("*") for host in hosts):
        yield "ALLOWED_HOSTS", "must not hold *: links in mails would follow any Host header"
    elif LOCAL_HOSTS.issuperset(hosts):
        yield "ALLOWED_HOSTS", "names this machine only"
    if settings.get("ADMIN_SECOND_FACTOR") != "required":
        yield "ADMIN_SECOND_FACTOR", "must be required: operators move other people's money"
    url = urlsplit(str(settings.get("PUBLIC_URL") or ""))
    if url.scheme != "https":
        yield "PUBLIC_URL", "must start with https://"
    elif url.hostname in LOCAL_HOSTS:
        yield "PUBLIC_URL", "names this machine only"
    for origin in settings.get("CORS_ALLOWED_ORIGINS") or []:
        if not origin.startswith("https://"):
            yield "CORS_ALLOWED_ORIGINS", "must hold https:// origins only"
            return


def _pretence(
    settings: Mapping[str, Any], environment: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    sandbox_is_used = any(
        settings.get(name)
        for name in ("SANDBOX_API_KEY", "SANDBOX_WEBHOOK_SECRETS", "SANDBOX_CARRIER_SECRETS")
    )
    sandbox_is_allowed = environment.get("ALLOW_SANDBOX_PROVIDER") == "1"
    if sandbox_is_used and not sandbox_is_allowed:
        yield (
            "SANDBOX_API_KEY",
            "turns the sandbox provider on, which moves no money; set ALLOW_SANDBOX_PROVIDER=1",
        )
    if settings.get("VERIFICATION_SERVICE") == "sandbox" and not sandbox_is_allowed:
        yield (
            "VERIFICATION_SERVICE",
            "verifies people by the name they type; set ALLOW_SANDBOX_PROVIDER=1 to try it out",
        )
    # The queue that all letters pass through says nothing of where they go from there.
    way_out = str(settings.get("EMAIL_DELIVERY_BACKEND") or "")
    if not way_out or any(word in way_out for word in SHOWS_MAIL):
        yield "EMAIL_URL", "is not set to a server, so nobody would get any mail"
    texts = str(settings.get("SMS_URL") or "")
    if not texts or texts.startswith("console:"):
        yield "SMS_URL", "is not set to a provider, so codes would reach nobody; off: do without"
    asked = str(settings.get("BREACHED_PASSWORDS_URL") or "")
    if asked and not (asked.startswith("https://") and asked.endswith("/")):
        # The check fails open, so that a wrong address would never be noticed.
        yield "BREACHED_PASSWORDS_URL", "must start with https:// and end with /, or be unset"
    if settings.get("IS_LOCAL") or settings.get("DEMO_ACCOUNTS"):
        yield "DJANGO_SETTINGS_MODULE", "brings demo accounts with public passwords"
