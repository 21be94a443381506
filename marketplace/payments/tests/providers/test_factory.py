"""Which provider is chosen, and which are there at all."""

from typing import Any

import pytest

from marketplace.core.errors import NotFound
from marketplace.payments.models.bank_account import NumberKind
from marketplace.payments.providers.factory import (
    BUILDERS,
    METHODS,
    PAYOUT_KINDS,
    PaymentMethodUnavailable,
    PayoutUnavailable,
    choose_provider,
    enabled_providers,
    get_provider,
    payout_provider,
)


@pytest.fixture
def routes(settings: Any) -> None:
    settings.PAYMENT_ROUTES = [
        ("card", "NGN", "NG", "local"),
        ("card", "NGN", "*", "regional"),
        ("card", "*", "*", "global"),
        ("mobile_money", "KES", "KE", "local"),
    ]
    settings.PAYOUT_ROUTES = [("NGN", "NG", "local"), ("EUR", "*", "global")]


@pytest.mark.usefixtures("routes")
@pytest.mark.parametrize(
    ("method", "currency", "country", "name"),
    [
        ("card", "NGN", "NG", "local"),
        ("card", "NGN", "GH", "regional"),
        ("card", "NGN", "", "regional"),
        ("card", "EUR", "NG", "global"),
        ("mobile_money", "KES", "KE", "local"),
    ],
)
def test_the_first_route_that_fits_is_chosen(
    method: str, currency: str, country: str, name: str
) -> None:
    assert choose_provider(method=method, currency=currency, country=country) == name


@pytest.mark.usefixtures("routes")
def test_what_is_wanted_narrows_it_down_and_nothing_else() -> None:
    chosen = choose_provider(method="card", currency="NGN", country="NG", wanted="global")
    assert chosen == "global"
    with pytest.raises(PaymentMethodUnavailable):
        choose_provider(method="card", currency="EUR", country="NG", wanted="local")


@pytest.mark.usefixtures("routes")
@pytest.mark.parametrize("country", ["", "UG"])
def test_a_method_of_one_country_is_not_for_another_nor_for_nobody_knows(country: str) -> None:
    with pytest.raises(PaymentMethodUnavailable):
        choose_provider(method="mobile_money", currency="KES", country=country)


@pytest.mark.usefixtures("routes")
def test_payouts_have_routes_of_their_own() -> None:
    assert payout_provider(currency="NGN", country="NG") == "local"
    assert payout_provider(currency="EUR") == "global"
    with pytest.raises(PayoutUnavailable):
        payout_provider(currency="NGN")


def test_a_payout_goes_to_a_provider_that_pays_such_accounts(settings: Any) -> None:
    settings.PAYOUT_ROUTES = [
        ("*", "*", "stripe"),
        ("*", "*", "paypal"),
        ("EUR", "DE", "sandbox"),
    ]
    for kind, name in (
        ("STRIPE_ACCOUNT", "stripe"),
        ("PAYPAL", "paypal"),
        ("IBAN", "sandbox"),
    ):
        chosen = payout_provider(currency="EUR", country="DE", number_kind=kind)
        assert chosen == name
    with pytest.raises(PayoutUnavailable):
        payout_provider(currency="EUR", country="FR", number_kind="IBAN")


def test_a_provider_without_a_route_serves_on_while_it_is_configured(
    settings: Any,
) -> None:
    settings.PAYMENT_ROUTES, settings.PAYOUT_ROUTES = [], []
    assert "sandbox" in enabled_providers()
    assert get_provider("sandbox").name == "sandbox"
    settings.SANDBOX_API_KEY = ""
    with pytest.raises(NotFound):
        get_provider("sandbox")


def test_settings_and_adapters_name_the_same_providers_and_methods(
    settings: Any,
) -> None:
    assert settings.PROVIDER_SETTINGS.keys() == BUILDERS.keys() == PAYOUT_KINDS.keys()
    assert {kind for kinds in PAYOUT_KINDS.values() for kind in kinds} == set(NumberKind.values)
    assert {method for method, *_ in settings.PAYMENT_ROUTES} <= set(METHODS)
    for needed in settings.PROVIDER_SETTINGS.values():
        assert all(hasattr(settings, name) for name in needed)
