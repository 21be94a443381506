"""Which payment providers there are, which of them pays what, and their credentials.

``PROVIDER_SETTINGS`` names what a provider cannot do without. A provider is enabled when a route
names it, and stays enabled while it is configured: a payment made before the routes changed can
still be refunded through it, and its webhooks are still taken.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
_ANY = "*"
_METHODS = ("card", "bank_transfer", "mobile_money")
_CURRENCY, _COUNTRY = re.compile(r"[A-Z]{3}"), re.compile(r"[A-Z]{2}")

FLUTTERWAVE_VERSION = env.str("FLUTTERWAVE_VERSION", default="v4")
_FLUTTERWAVE_NEEDS = {
    "v3": ("FLUTTERWAVE_SECRET_KEY", "FLUTTERWAVE_CUSTOMER_EMAIL"),
    "v4": ("FLUTTERWAVE_CLIENT_ID", "FLUTTERWAVE_CLIENT_SECRET", "FLUTTERWAVE_CUSTOMER_ID"),
}
if FLUTTERWAVE_VERSION not in _FLUTTERWAVE_NEEDS:
    raise ImproperlyConfigured(f"FLUTTERWAVE_VERSION: {FLUTTERWAVE_VERSION!r} is not v3 or v4")

PROVIDER_SETTINGS: dict[str, tuple[str, ...]] = {
    "sandbox": ("SANDBOX_API_KEY", "SANDBOX_WEBHOOK_SECRETS"),
    "paypal": ("PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_IDS"),
    "flutterwave": ("FLUTTERWAVE_WEBHOOK_SECRETS", *_FLUTTERWAVE_NEEDS[FLUTTERWAVE_VERSION]),
    "stripe": ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"),
    "paystack": ("PAYSTACK_SECRET_KEYS", "PAYSTACK_RECEIPT_EMAIL"),
}
"""Provider → the settings that it cannot do without. One line per adapter."""


def _parts(variable: str, entry: str, form: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in entry.split(":"))
    if len(parts) != form.count(":") + 1 or not all(parts):
        raise ImproperlyConfigured(f"{variable}: {entry!r} is not of the form {form}")
    return parts


def read_routes(variable: str, entries: Sequence[str], form: str) -> list[tuple[str, ...]]:
    """``["card:EUR:*:stripe"]`` → ``[("card", "EUR", "*", "stripe")]``; refuses another form."""
    return [_parts(variable, entry, form) for entry in entries]


def faults_in_routes(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each variable at fault, and why: unknown words in routes, and secrets that are missing."""
    used: set[str] = set()
    for method, currency, country, provider in settings.get("PAYMENT_ROUTES") or ():
        if method not in _METHODS:
            yield "PAYMENT_ROUTES", f"names the method {method!r}; there are {', '.join(_METHODS)}"
        yield from _faults_in_place("PAYMENT_ROUTES", currency, country, provider)
        used.add(provider)
    for currency, country, provider in settings.get("PAYOUT_ROUTES") or ():
        yield from _faults_in_place("PAYOUT_ROUTES", currency, country, provider)
        used.add(provider)
    for provider in sorted(used & PROVIDER_SETTINGS.keys()):
        for name in PROVIDER_SETTINGS[provider]:
            if not settings.get(name):
                yield name, f"is not set, and a route names the provider {provider!r}"


def _faults_in_place(
    variable: str, currency: str, country: str, provider: str
) -> Iterator[tuple[str, str]]:
    if currency != _ANY and not _CURRENCY.fullmatch(currency):
        yield variable, f"names {currency!r}, which is not * nor a code such as EUR"
    if country != _ANY and not _COUNTRY.fullmatch(country):
        yield variable, f"names {country!r}, which is not * nor a code such as KE"
    if provider not in PROVIDER_SETTINGS:
        known = ", ".join(sorted(PROVIDER_SETTINGS))
        yield variable, f"names the provider {provider!r}; there are {known}"


PAYMENT_ROUTES = read_routes(
    "PAYMENT_ROUTES",
    env.list(
        "PAYMENT_ROUTES",
        default=["card:*:*:sandbox", "bank_transfer:*:*:sandbox", "mobile_money:*:*:sandbox"],
    ),
    "method:currency:country:provider",
)
PAYOUT_ROUTES = read_routes(
    "PAYOUT_ROUTES",
    env.list("PAYOUT_ROUTES", default=["*:*:sandbox"]),
    "currency:country:provider",
)
PROVIDER_TIMEOUT_SECONDS = env.float("PROVIDER_TIMEOUT_SECONDS", default=10.0)

SANDBOX_URL = env.str("SANDBOX_URL", default="http://127.0.0.1:8001")
SANDBOX_API_KEY = env.str("SANDBOX_API_KEY", default="")
SANDBOX_WEBHOOK_SECRETS = env.list("SANDBOX_WEBHOOK_SECRETS", default=[])
SANDBOX_HOLDING_LIMIT_DAYS = env.int("SANDBOX_HOLDING_LIMIT_DAYS", default=90)

FLUTTERWAVE_API_URL = env.str(
    "FLUTTERWAVE_API_URL",
    default={
        "v3": "https://api.flutterwave.com/v3",
        "v4": "https://api.flutterwave.cloud/f4b/production",
    }[FLUTTERWAVE_VERSION],
)
FLUTTERWAVE_TOKEN_URL = env.str(
    "FLUTTERWAVE_TOKEN_URL",
    default="https://idp.flutterwave.com/realms/flutterwave/protocol/openid-connect/token",
)
FLUTTERWAVE_SECRET_KEY = env.str("FLUTTERWAVE_SECRET_KEY", default="")
FLUTTERWAVE_CUSTOMER_EMAIL = env.str("FLUTTERWAVE_CUSTOMER_EMAIL", default="")
FLUTTERWAVE_CLIENT_ID = env.str("FLUTTERWAVE_CLIENT_ID", default="")
FLUTTERWAVE_CLIENT_SECRET = env.str("FLUTTERWAVE_CLIENT_SECRET", default="")
FLUTTERWAVE_CUSTOMER_ID = env.str("FLUTTERWAVE_CUSTOMER_ID", default="")
FLUTTERWAVE_WEBHOOK_SECRETS = env.list("FLUTTERWAVE_WEBHOOK_SECRETS", default=[])
FLUTTERWAVE_HOLDING_LIMIT_DAYS = env.int("FLUTTERWAVE_HOLDING_LIMIT_DAYS", default=90)

PAYPAL_API_URL = env.str("PAYPAL_API_URL", default="https://api-m.paypal.com")
PAYPAL_CLIENT_ID = env.str("PAYPAL_CLIENT_ID", default="")
PAYPAL_CLIENT_SECRET = env.str("PAYPAL_CLIENT_SECRET", default="")
PAYPAL_WEBHOOK_IDS = env.list("PAYPAL_WEBHOOK_IDS", default=[])
PAYPAL_WEBHOOK_CHECK = env.str("PAYPAL_WEBHOOK_CHECK", default="certificate")
PAYPAL_DISBURSEMENT_MODE = env.str("PAYPAL_DISBURSEMENT_MODE", default="DELAYED")
PAYPAL_HOLDING_LIMIT_DAYS = env.int("PAYPAL_HOLDING_LIMIT_DAYS", default=28)
STRIPE_URL = env.str("STRIPE_URL", default="https://api.stripe.com")
STRIPE_API_KEY = env.str("STRIPE_API_KEY", default="")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRETS", default=[])
STRIPE_HOLDING_LIMIT_DAYS = env.int("STRIPE_HOLDING_LIMIT_DAYS", default=90)

PAYSTACK_URL = env.str("PAYSTACK_URL", default="https://api.paystack.co")
PAYSTACK_SECRET_KEYS = env.list("PAYSTACK_SECRET_KEYS", default=[])
PAYSTACK_RECEIPT_EMAIL = env.str("PAYSTACK_RECEIPT_EMAIL", default="")
PAYSTACK_HOLDING_LIMIT_DAYS = env.int("PAYSTACK_HOLDING_LIMIT_DAYS", default=90)
