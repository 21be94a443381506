"""A provider's discovery document: checked, and read once in five minutes by each process.

Not in the shared cache: whoever could write there would say with which keys everybody is signed in.
"""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.providers.base.provider import Provider
from django.conf import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")

_kept: dict[tuple[str, str], tuple[float, Mapping[str, Any]]] = {}
"""Until when, and the document; as many entries as there are providers in the settings."""


def discover(oauth: Any, provider: Provider) -> None:
    """Give allauth's side of the protocol the provider's document, or raise ValueError or KeyError.

    Only a document that was checked is kept. Keys are asked for each time they are needed.
    """
    key = (provider.sub_id, provider.app.settings["server_url"])
    until, config = _kept.get(key, (0.0, {}))
    if time.monotonic() < until:
        # Where allauth keeps what it has read.
        oauth._openid_config = dict(config)  # noqa: SLF001
        return
    _check(oauth.openid_config, provider)
    _kept[key] = (time.monotonic() + settings.SOCIAL_DISCOVERY_SECONDS, dict(oauth.openid_config))


def _check(config: Mapping[str, Any], provider: Provider) -> None:
    # Discovery §4.3: otherwise one provider could speak in the name of another.
    if config["issuer"].rstrip("/") != provider.app.settings["server_url"]:
        raise ValueError("the discovery document is another issuer's")
    for name in ENDPOINTS:
        parts = urlsplit(config[name])
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{name} is not https")
