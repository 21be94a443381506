"""PayPal and Flutterwave as the configuration makes them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.core.errors import NotFound
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.providers.flutterwave import FlutterwaveV3, FlutterwaveV4
from marketplace.payments.providers.paypal import PayPalProvider, check_webhooks
from marketplace.payments.providers.paypal.api import open_api

PAYPAL = {
    "PAYPAL_CLIENT_ID": "an-id",
    "PAYPAL_CLIENT_SECRET": "a-secret",
    "PAYPAL_WEBHOOK_IDS": ["8PT597110X687430LKGECATA"],
}


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    get_provider.cache_clear()
    yield
    get_provider.cache_clear()


def test_without_credentials_neither_is_there() -> None:
    for name in ("paypal", "flutterwave"):
        with pytest.raises(NotFound):
            get_provider(name)


@pytest.mark.parametrize("how", ["certificate", "ask"])
def test_paypal_is_built_when_it_is_configured(settings: Any, how: str) -> None:
    for name, value in {**PAYPAL, "PAYPAL_WEBHOOK_CHECK": how}.items():
        setattr(settings, name, value)
    provider = get_provider("paypal")
    assert isinstance(provider, PayPalProvider)
    assert (provider.name, provider.holding_limit_days) == ("paypal", 28)


def test_another_way_of_checking_webhooks_is_a_mistake() -> None:
    api = open_api(
        base_url="https://api.paypal.test", client_id="a", client_secret="b", timeout_seconds=1
    )
    with pytest.raises(ImproperlyConfigured, match="PAYPAL_WEBHOOK_CHECK"):
        check_webhooks("none", api=api, webhook_ids=[], timeout_seconds=1)


@pytest.mark.parametrize(("version", "built"), [("v3", FlutterwaveV3), ("v4", FlutterwaveV4)])
def test_flutterwave_is_built_in_the_version_that_is_configured(
    settings: Any, version: str, built: type
) -> None:
    settings.FLUTTERWAVE_VERSION = version
    settings.PAYMENT_ROUTES = [("card", "NGN", "*", "flutterwave")]
    assert isinstance(get_provider("flutterwave"), built)
