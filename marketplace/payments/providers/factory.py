"""Builds the provider for a name, and chooses one by method and currency, from settings."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.signals import setting_changed

from marketplace.core.errors import DomainError, ErrorKind, NotFound
from marketplace.payments.providers.protocol import PaymentProvider
from marketplace.payments.providers.sandbox import SandboxProvider

METHODS = ("card", "bank_transfer", "mobile_money")
ANY_CURRENCY = "*"


class PaymentMethodUnavailable(DomainError):
    code = "payment_method_unavailable"
    kind = ErrorKind.RULE
    title = "This payment method is not available here"


def _sandbox() -> PaymentProvider:
    return SandboxProvider(
        base_url=settings.SANDBOX_URL,
        api_key=settings.SANDBOX_API_KEY,
        webhook_secrets=settings.SANDBOX_WEBHOOK_SECRETS,
        holding_limit_days=settings.SANDBOX_HOLDING_LIMIT_DAYS,
        timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
    )


BUILDERS: dict[str, Callable[[], PaymentProvider]] = {"sandbox": _sandbox}
"""A further provider is one adapter and one line here."""


@cache
def get_provider(name: str) -> PaymentProvider:
    """The provider of this name, with its pool of connections; NotFound for an unknown one."""
    if name not in BUILDERS or name not in enabled_providers():
        raise NotFound("payment provider")
    return BUILDERS[name]()


def enabled_providers() -> frozenset[str]:
    """Every provider that some route names."""
    return frozenset(route[2] for route in settings.PAYMENT_ROUTES)


def choose_provider(*, method: str, currency: str, wanted: str | None = None) -> str:
    """The first route for method and currency; ``wanted`` narrows it down.

    Raises :class:`PaymentMethodUnavailable`.
    """
    for route_method, route_currency, name in settings.PAYMENT_ROUTES:
        fits = route_method == method and route_currency in (ANY_CURRENCY, currency)
        if fits and wanted in (None, name):
            return str(name)
    raise PaymentMethodUnavailable(
        f"There is no way to pay {currency} by {method!r}"
        + (f" through {wanted!r}." if wanted else "."),
        fields={"payment_method": ["Choose another method."]},
    )


def payout_provider(currency: str) -> str:
    """Who pays out a currency: the provider that collects it by card."""
    return choose_provider(method="card", currency=currency)


def _forget_built_providers(*, setting: str, **_: object) -> None:
    if setting.startswith(("SANDBOX_", "PAYMENT_ROUTES", "PROVIDER_", "FIELD_")):
        get_provider.cache_clear()


# Tests switch settings; in production the signal is never sent.
setting_changed.connect(_forget_built_providers)
