"""Builds a provider by name, and chooses one by method, currency and country, from settings."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.signals import setting_changed

from marketplace.core.errors import DomainError, ErrorKind, NotFound
from marketplace.payments.providers import flutterwave, paypal
from marketplace.payments.providers.paystack import PaystackProvider
from marketplace.payments.providers.protocol import PaymentProvider
from marketplace.payments.providers.sandbox import SandboxProvider

METHODS = ("card", "bank_transfer", "mobile_money")
ANY = "*"


class PaymentMethodUnavailable(DomainError):
    code = "payment_method_unavailable"
    kind = ErrorKind.RULE
    title = "This payment method is not available here"


class PayoutUnavailable(DomainError):
    code = "payout_unavailable"
    kind = ErrorKind.RULE
    title = "This currency cannot be paid out here"


def _sandbox() -> PaymentProvider:
    return SandboxProvider(
        base_url=settings.SANDBOX_URL,
        api_key=settings.SANDBOX_API_KEY,
        webhook_secrets=settings.SANDBOX_WEBHOOK_SECRETS,
        holding_limit_days=settings.SANDBOX_HOLDING_LIMIT_DAYS,
        timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
    )


def _paypal() -> PaymentProvider:
    api = paypal.open_api(
        base_url=settings.PAYPAL_API_URL,
        client_id=settings.PAYPAL_CLIENT_ID,
        client_secret=settings.PAYPAL_CLIENT_SECRET,
        timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
    )
    return paypal.PayPalProvider(
        api=api,
        webhooks=paypal.check_webhooks(
            settings.PAYPAL_WEBHOOK_CHECK,
            api=api,
            webhook_ids=settings.PAYPAL_WEBHOOK_IDS,
            timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
        ),
        disbursement_mode=settings.PAYPAL_DISBURSEMENT_MODE,
        holding_limit_days=settings.PAYPAL_HOLDING_LIMIT_DAYS,
    )


def _stripe() -> PaymentProvider:
    # Its SDK takes a second to import: only where it is used.
    from marketplace.payments.providers.stripe import StripeProvider

    return StripeProvider(
        base_url=settings.STRIPE_URL,
        api_key=settings.STRIPE_API_KEY,
        webhook_secrets=settings.STRIPE_WEBHOOK_SECRETS,
        holding_limit_days=settings.STRIPE_HOLDING_LIMIT_DAYS,
        timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
    )


def _paystack() -> PaymentProvider:
    return PaystackProvider(
        base_url=settings.PAYSTACK_URL,
        secret_keys=settings.PAYSTACK_SECRET_KEYS,
        receipt_email=settings.PAYSTACK_RECEIPT_EMAIL,
        holding_limit_days=settings.PAYSTACK_HOLDING_LIMIT_DAYS,
        timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
    )


def _flutterwave() -> PaymentProvider:
    """One version at a time: neither takes the other's signature or knows the other's objects."""
    common = {
        "base_url": settings.FLUTTERWAVE_API_URL,
        "webhook_secrets": settings.FLUTTERWAVE_WEBHOOK_SECRETS,
        "holding_limit_days": settings.FLUTTERWAVE_HOLDING_LIMIT_DAYS,
        "timeout_seconds": settings.PROVIDER_TIMEOUT_SECONDS,
    }
    if settings.FLUTTERWAVE_VERSION == "v3":
        return flutterwave.FlutterwaveV3(
            secret_key=settings.FLUTTERWAVE_SECRET_KEY,
            customer_email=settings.FLUTTERWAVE_CUSTOMER_EMAIL,
            **common,
        )
    return flutterwave.FlutterwaveV4(
        token_url=settings.FLUTTERWAVE_TOKEN_URL,
        client_id=settings.FLUTTERWAVE_CLIENT_ID,
        client_secret=settings.FLUTTERWAVE_CLIENT_SECRET,
        customer_id=settings.FLUTTERWAVE_CUSTOMER_ID,
        **common,
    )


BUILDERS: dict[str, Callable[[], PaymentProvider]] = {
    "sandbox": _sandbox,
    "stripe": _stripe,
    "paystack": _paystack,
    "paypal": _paypal,
    "flutterwave": _flutterwave,
}
"""A further provider is one adapter and one line here."""

PAYOUT_KINDS: dict[str, frozenset[str]] = {
    "sandbox": frozenset({"IBAN", "ACCOUNT_NUMBER"}),
    "stripe": frozenset({"STRIPE_ACCOUNT"}),
    "paystack": frozenset({"ACCOUNT_NUMBER"}),
    "paypal": frozenset({"PAYPAL"}),
    "flutterwave": frozenset({"ACCOUNT_NUMBER"}),
}
"""What each can pay to; the adapter refuses the rest."""


@cache
def get_provider(name: str) -> PaymentProvider:
    """The provider of this name, with its pool of connections; NotFound for an unknown one."""
    if name not in BUILDERS or name not in enabled_providers():
        raise NotFound("payment provider")
    return BUILDERS[name]()


def enabled_providers() -> frozenset[str]:
    """Every provider that a route names or that is configured: what it collected before the
    routes changed is still refunded through it."""
    routed = {route[-1] for route in (*settings.PAYMENT_ROUTES, *settings.PAYOUT_ROUTES)}
    return frozenset(routed | {name for name in BUILDERS if _is_configured(name)})


def _is_configured(name: str) -> bool:
    needed = settings.PROVIDER_SETTINGS.get(name, ())
    return bool(needed) and all(getattr(settings, setting, None) for setting in needed)


def choose_provider(
    *, method: str, currency: str, country: str = "", wanted: str | None = None
) -> str:
    """The first route for method, currency and the buyer's country; ``wanted`` narrows it down.

    Raises :class:`PaymentMethodUnavailable`.
    """
    for route_method, route_currency, route_country, name in settings.PAYMENT_ROUTES:
        fits = (
            route_method == method
            and route_currency in (ANY, currency)
            and route_country in (ANY, country)
        )
        if fits and wanted in (None, name):
            return str(name)
    raise PaymentMethodUnavailable(
        f"There is no way to pay {currency} by {method!r}"
        + (f" from {country}" if country else "")
        + (f" through {wanted!r}." if wanted else "."),
        fields={"payment_method": ["Choose another method."]},
    )


def payout_provider(*, currency: str, country: str = "", number_kind: str = "") -> str:
    """Who pays out a currency to such a destination, in this country where it is known.

    A provider that does not pay to this kind of number is passed over: its refusal would come only
    after the money has left the wallet. Raises :class:`PayoutUnavailable`.
    """
    for route_currency, route_country, name in settings.PAYOUT_ROUTES:
        fits = route_currency in (ANY, currency) and route_country in (ANY, country)
        if fits and (not number_kind or number_kind in PAYOUT_KINDS.get(name, (number_kind,))):
            return str(name)
    raise PayoutUnavailable(f"Nobody pays {currency} out to this kind of account yet.")


def _forget_built_providers(*, setting: str, **_: object) -> None:
    own = ("PAYMENT_ROUTES", "PAYOUT_ROUTES", "PROVIDER_")
    if setting.startswith((*own, *(f"{name.upper()}_" for name in BUILDERS))):
        get_provider.cache_clear()


# Tests switch settings; in production the signal is never sent.
setting_changed.connect(_forget_built_providers)
