"""Who may vouch for people, from one variable: ``SOCIAL_PROVIDERS``, a JSON list.

[{"id": "google", "client_id": "…", "secret": "…", "client_ids": ["…ios…", "…android…"]},
 {"id": "facebook", "client_id": "…", "secret": "…"},
 {"id": "acme", "name": "Acme", "server_url": "https://id.acme.example", "client_id": "…",
  "secret": "…", "trusted_email_domains": ["acme.example"]}]

``trusted_email_domains`` are those whose addresses the provider's word proves; ``*`` for a provider
that writes to every address before it calls it verified. Unset: none.

Google is OpenID Connect like any other (ADR 0073); its address and its rule for email addresses are
filled in here. ``docs/guides/add-a-sign-in-provider.md`` walks through it.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

FACEBOOK = "facebook"
KNOWN: dict[str, dict[str, Any]] = {
    "google": {
        "name": "Google",
        "server_url": "https://accounts.google.com",
        "email_rule": "google",
    },
    FACEBOOK: {"name": "Facebook"},
}
MEMBERS = {"id", "name", "server_url", "client_id", "secret", "client_ids", "trusted_email_domains"}
ID = re.compile(r"[a-z][a-z0-9-]{1,29}")
RESERVED = {"accounts", "providers", "sign-up"}
"""Words of our own paths."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SocialProvidersRefused(ValueError):
    """``SOCIAL_PROVIDERS`` cannot be read, or names a provider that cannot work."""


def settings_from(text: str) -> dict[str, Any]:
    """allauth's ``SOCIALACCOUNT_PROVIDERS``; raises SocialProvidersRefused."""
    apps: dict[str, list[dict[str, Any]]] = {"openid_connect": [], FACEBOOK: []}
    seen: set[str] = set()
    for entry in _entries(text):
        app = _app(entry)
        if app["provider_id"] in seen:
            raise SocialProvidersRefused(f"SOCIAL_PROVIDERS: {app['provider_id']} is there twice")
        seen.add(app["provider_id"])
        apps[FACEBOOK if app["provider_id"] == FACEBOOK else "openid_connect"].append(app)
    return {
        "openid_connect": {"APPS": apps["openid_connect"], "OAUTH_PKCE_ENABLED": True},
        FACEBOOK: {
            "APPS": apps[FACEBOOK],
            "SCOPE": ["email"],
            "FIELDS": ["id", "email", "first_name", "last_name"],
        },
    }


def _entries(text: str) -> list[Any]:
    if not text.strip():
        return []
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise SocialProvidersRefused("SOCIAL_PROVIDERS: not JSON") from error
    if not isinstance(entries, list):
        raise SocialProvidersRefused("SOCIAL_PROVIDERS: not a list")
    return entries


def _app(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict) or not ID.fullmatch(str(entry.get("id", ""))):
        raise SocialProvidersRefused(
            "SOCIAL_PROVIDERS: each needs an id of small letters, such as google"
        )
    name = entry["id"]
    if name in RESERVED:
        raise SocialProvidersRefused(f"SOCIAL_PROVIDERS: {name} is a word of our own paths")
    if surplus := entry.keys() - MEMBERS:
        raise SocialProvidersRefused(f"SOCIAL_PROVIDERS: {name}: unknown {sorted(surplus)}")
    whole = {**KNOWN.get(name, {}), **entry}
    needed = {"client_id", "secret", *(() if name == FACEBOOK else ("server_url",))}
    if missing := [member for member in sorted(needed) if not whole.get(member)]:
        raise SocialProvidersRefused(f"SOCIAL_PROVIDERS: {name}: without {missing}")
    if "server_url" in whole:
        _check_url(name, str(whole["server_url"]))
    return {
        "provider_id": name,
        "name": whole.get("name", name.replace("-", " ").title()),
        "client_id": whole["client_id"],
        "secret": whole["secret"],
        "settings": {
            "server_url": str(whole.get("server_url", "")).rstrip("/"),
            "client_ids": [whole["client_id"], *whole.get("client_ids", [])],
            "trusted_email_domains": [d.lower() for d in whole.get("trusted_email_domains", [])],
            "email_rule": whole.get("email_rule", "domains"),
        },
    }


def _check_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise SocialProvidersRefused(f"SOCIAL_PROVIDERS: {name}: server_url must be https")
    if parts.query or parts.fragment or "/.well-known/" in url:
        raise SocialProvidersRefused(f"SOCIAL_PROVIDERS: {name}: server_url is the issuer alone")
