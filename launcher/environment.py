"""The variables that each program of the platform gets, and no others' secrets.

What the caller (or `.env`) sets is kept; what is unset is the embedded default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from launcher.bootstrap import ROOT

LOCAL_SETTINGS = "marketplace.config.settings.local"
OWNER_ONLY = "MIGRATION_DATABASE_URL"
SANDBOX_ONLY = ("SANDBOX_DATABASE_URL",)


def read_env_file(path: Path = ROOT / ".env") -> dict[str, str]:
    """`NAME=value` lines; comments, blank lines and empty values are passed over."""
    if not path.exists():
        return {}
    values: dict[str, str] = {}
    for raw in path.read_text().splitlines():
        name, separator, value = raw.strip().partition("=")
        if separator and not name.startswith("#") and value.strip():
            values[name.strip()] = value.strip().strip("'\"")
    return values


def callers_environment() -> dict[str, str]:
    """The caller's variables, over those of `.env`; a variable set to nothing counts as unset."""
    set_here = {name: value for name, value in os.environ.items() if value != ""}
    return {**read_env_file(), **set_here}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens and with which right it is reached."""

    public_url: str
    sandbox_url: str
    app_database_url: str
    owner_database_url: str
    sandbox_database_url: str
    redis_url: str
    data_dir: Path
    keys: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)


def platform_environment(at: Addresses) -> dict[str, str]:
    """For the web server, the worker and everything else that signs in as the runtime role."""
    base = _without(callers_environment(), OWNER_ONLY, *SANDBOX_ONLY)
    defaults = {
        "DJANGO_SETTINGS_MODULE": LOCAL_SETTINGS,
        "SECRET_KEY": at.keys["secret_key"],
        "SEAL_KEYS": at.keys["seal_key"],
        "SANDBOX_API_KEY": at.keys["sandbox_api_key"],
        "SANDBOX_WEBHOOK_SECRETS": at.keys["sandbox_webhook_secret"],
        "SANDBOX_CARRIER_SECRETS": at.keys["sandbox_carrier_secret"],
        "PYTHONUNBUFFERED": "1",
    }
    decided = {
        "DATABASE_URL": at.app_database_url,
        "REDIS_URL": at.redis_url,
        "PUBLIC_URL": at.public_url,
        "SANDBOX_URL": at.sandbox_url,
        "FAIRHOLD_DATA_DIR": str(at.data_dir),
    }
    return {**defaults, **base, **decided, **at.extra}


def owner_environment(at: Addresses) -> dict[str, str]:
    """For migrations: signs in as the owner of the tables."""
    owner = {"DATABASE_URL": at.owner_database_url, OWNER_ONLY: at.owner_database_url}
    return {**platform_environment(at), **owner}


def sandbox_environment(at: Addresses) -> dict[str, str]:
    """For the sandbox provider: another company's server, so nothing of the platform's reaches it
    but the secrets that both sides share."""
    platform = platform_environment(at)
    names = (
        *("DATABASE_URL", "SECRET_KEY", "REDIS_URL", "RABBITMQ_URL", "DJANGO_SETTINGS_MODULE"),
        *("SEAL_KEYS", "SEAL_PUBLIC_KEYS"),
    )
    payments = f"{at.public_url}/api/v1/payments/webhooks/sandbox/"
    carrier = f"{at.public_url}/api/v1/shipping/webhooks/sandbox/"
    decided = {
        "SANDBOX_DATABASE_URL": at.sandbox_database_url,
        "SANDBOX_PORT": at.sandbox_url.rsplit(":", 1)[1],
        "SANDBOX_WEBHOOK_URL": payments,
        "SANDBOX_CARRIER_WEBHOOK_URL": carrier,
        "SANDBOX_CARRIER_SECRET": platform["SANDBOX_CARRIER_SECRETS"],
    }
    return {**_without(platform, *names), **decided}


def _without(values: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}
