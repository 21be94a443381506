"""Everything that can be configured, read once from the environment and checked."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

DAY_SECONDS = 24 * 60 * 60


class BadConfiguration(Exception):
    """A variable is missing or unusable; the message names it in one line."""


@dataclass(frozen=True, slots=True)
class Config:
    """The sandbox's settings; see the README for what each one does."""

    database_url: str
    api_keys: tuple[str, ...]
    webhook_url: str
    webhook_secrets: tuple[str, ...]
    carrier_webhook_url: str
    carrier_secrets: tuple[str, ...]
    public_url: str
    host: str
    port: int
    threads: int
    merchant_name: str
    allowed_hosts: tuple[str, ...]
    settle_delay_seconds: float
    return_delay_seconds: float
    payment_expiry_seconds: float
    fee_bps: int
    webhook_timeout_seconds: float
    webhook_parallel: int
    poll_seconds: float

    def webhook_target(self, channel: str) -> tuple[str, tuple[str, ...]]:
        """The only address a channel's webhooks ever go to, and the secrets that sign them."""
        if channel == "carrier":
            return self.carrier_webhook_url, self.carrier_secrets
        return self.webhook_url, self.webhook_secrets


def read_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read and check the environment; raises BadConfiguration naming the variable."""
    env = os.environ if environ is None else environ
    port = _integer(env, "SANDBOX_PORT", 8001, 0, 65535)
    return Config(
        database_url=env.get("SANDBOX_DATABASE_URL", ""),
        api_keys=_list(env, "SANDBOX_API_KEY") or ("sandbox-key",),
        webhook_url=_webhook_url(env, "SANDBOX_WEBHOOK_URL"),
        webhook_secrets=(
            _list(env, "SANDBOX_WEBHOOK_SECRETS")
            or _list(env, "SANDBOX_WEBHOOK_SECRET")
            or ("sandbox-webhook-secret",)
        ),
        carrier_webhook_url=_webhook_url(env, "SANDBOX_CARRIER_WEBHOOK_URL"),
        carrier_secrets=_list(env, "SANDBOX_CARRIER_SECRETS")
        or _list(env, "SANDBOX_CARRIER_SECRET")
        or ("sandbox-carrier-secret",),
        public_url=env.get("SANDBOX_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        host=env.get("SANDBOX_HOST", "127.0.0.1"),
        port=port,
        threads=_integer(env, "SANDBOX_THREADS", 16, 1, 256),
        merchant_name=env.get("SANDBOX_MERCHANT_NAME", "Fairhold"),
        allowed_hosts=("127.0.0.1", "localhost", "[::1]", *_list(env, "SANDBOX_ALLOWED_HOSTS")),
        settle_delay_seconds=_seconds(env, "SANDBOX_SETTLE_DELAY_SECONDS", 0.1, DAY_SECONDS),
        return_delay_seconds=_seconds(env, "SANDBOX_RETURN_DELAY_SECONDS", 0.3, DAY_SECONDS),
        payment_expiry_seconds=_seconds(
            env, "SANDBOX_PAYMENT_EXPIRY_SECONDS", DAY_SECONDS, 30 * DAY_SECONDS
        ),
        fee_bps=_integer(env, "SANDBOX_FEE_BPS", 0, 0, 5000),
        webhook_timeout_seconds=_seconds(env, "SANDBOX_WEBHOOK_TIMEOUT_SECONDS", 10, 60),
        webhook_parallel=_integer(env, "SANDBOX_WEBHOOK_PARALLEL", 8, 1, 64),
        poll_seconds=_seconds(env, "SANDBOX_POLL_SECONDS", 0.03, 0.05),
    )


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    try:
        value = int(env.get(name) or default)
    except ValueError as error:
        raise BadConfiguration(f"{name} must be a whole number") from error
    if not low <= value <= high:
        raise BadConfiguration(f"{name} must lie between {low} and {high}")
    return value


def _seconds(env: Mapping[str, str], name: str, default: float, high: float) -> float:
    try:
        value = float(env.get(name) or default)
    except ValueError as error:
        raise BadConfiguration(f"{name} must be a number of seconds") from error
    if not 0 <= value <= high:
        raise BadConfiguration(f"{name} must lie between 0 and {high:g} seconds")
    return value


def _webhook_url(env: Mapping[str, str], name: str) -> str:
    url = env.get(name, "").strip()
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise BadConfiguration(f"{name} must be a plain http(s) address")
    return url
