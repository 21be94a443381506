"""Production refuses to start with unsafe values, and names all of them at once."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.config.email import settings_from as email_settings_from
from marketplace.config.settings import base
from marketplace.config.settings.providers import faults_in_routes, read_routes
from marketplace.config.settings.safety import refuse_unsafe, unsafe_values

SAFE = {
    "SECRET_KEY": "".join(chr(33 + i % 90) for i in range(64)),
    "DEBUG": False,
    "ALLOWED_HOSTS": ["market.example"],
    "PUBLIC_URL": "https://market.example",
    "EMAIL_DELIVERY_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SMS_URL": "twilio://AC123:secret@?from=+15550100",
    "SEAL_KEYS": ["a key"],
    "ADMIN_SECOND_FACTOR": "required",
}
SANDBOX = {"SANDBOX_API_KEY": "key", "SANDBOX_WEBHOOK_SECRETS": ["secret"]}
ENVIRONMENT = {"DATABASE_URL": "postgres://db/x", "REDIS_URL": "redis://cache"}


def test_each_fault_of_a_route_is_named() -> None:
    for route, word in (
        (("cash", "*", "*", "sandbox"), "'cash'"),
        (("card", "eur", "*", "sandbox"), "'eur'"),
        (("card", "EUR", "Kenya", "sandbox"), "'Kenya'"),
        (("card", "*", "*", "nobody"), "'nobody'"),
    ):
        found = dict(faults_in_routes({**SANDBOX, "PAYMENT_ROUTES": [route]}))
        assert found.keys() == {"PAYMENT_ROUTES"}
        assert word in found["PAYMENT_ROUTES"]
    assert dict(faults_in_routes({"PAYOUT_ROUTES": [("*", "*", "nobody")]})).keys() == {
        "PAYOUT_ROUTES"
    }


def test_a_routed_provider_needs_its_credentials_and_no_other_does() -> None:
    routes = {"PAYMENT_ROUTES": [("card", "*", "*", "sandbox")]}
    assert list(faults_in_routes({**SANDBOX, **routes})) == []
    missing = dict(faults_in_routes(routes))
    assert missing.keys() == {"SANDBOX_API_KEY", "SANDBOX_WEBHOOK_SECRETS"}
    assert "'sandbox'" in missing["SANDBOX_API_KEY"]


@pytest.mark.parametrize("entry", ["card:EUR:sandbox", "card:EUR:*:", "card", "a:b:c:d:e"])
def test_a_route_in_another_form_is_refused(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PAYMENT_ROUTES"):
        read_routes("PAYMENT_ROUTES", [entry], "method:currency:country:provider")


def faults(environment: dict[str, str] | None = None, **changes: Any) -> set[str]:
    found = unsafe_values({**SAFE, **changes}, ENVIRONMENT if environment is None else environment)
    return {variable for variable, _ in found}


def test_safe_values_are_accepted() -> None:
    assert faults() == set()


@pytest.mark.parametrize(
    ("variable", "changes"),
    [
        ("SECRET_KEY", {"SECRET_KEY": ""}),
        ("SECRET_KEY", {"SECRET_KEY": "short"}),
        ("SECRET_KEY", {"SECRET_KEY": "a" * 64}),
        ("SECRET_KEY", {"SECRET_KEY": "local-only-not-a-secret-0123456789abcdefghijklmnop"}),
        ("SECRET_KEY", {"SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"}),
        ("SEAL_KEYS", {"SEAL_KEYS": []}),
        ("DEBUG", {"DEBUG": True}),
        ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": []}),
        ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": ["*"]}),
        ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": ["127.0.0.1", "localhost"]}),
        ("PUBLIC_URL", {"PUBLIC_URL": "http://market.example"}),
        ("PUBLIC_URL", {"PUBLIC_URL": "https://localhost"}),
        ("CORS_ALLOWED_ORIGINS", {"CORS_ALLOWED_ORIGINS": ["http://shop.example"]}),
        ("SANDBOX_API_KEY", {"SANDBOX_API_KEY": "key"}),
        ("SANDBOX_API_KEY", {"SANDBOX_WEBHOOK_SECRETS": ["s"]}),
        ("EMAIL_URL", email_settings_from("")),
        ("EMAIL_URL", email_settings_from("console://")),
        ("SMS_URL", {"SMS_URL": ""}),
        ("SMS_URL", {"SMS_URL": "console://"}),
        ("VERIFICATION_SERVICE", {"VERIFICATION_SERVICE": "sandbox"}),
        ("BREACHED_PASSWORDS_URL", {"BREACHED_PASSWORDS_URL": "http://words.example/range/"}),
        ("BREACHED_PASSWORDS_URL", {"BREACHED_PASSWORDS_URL": "https://words.example/range"}),
        ("BREACHED_PASSWORDS_URL", {"BREACHED_PASSWORDS_URL": "words.example/range/"}),
        ("DJANGO_SETTINGS_MODULE", {"DEMO_ACCOUNTS": [{"email": "a"}]}),
    ],
)
def test_an_unsafe_value_is_named(variable: str, changes: dict[str, Any]) -> None:
    assert faults(**changes) == {variable}


@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL"])
def test_a_missing_server_is_named(variable: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != variable}
    assert faults(environment) == {variable}


def test_the_sandbox_may_be_allowed_on_purpose() -> None:
    allowed = {**ENVIRONMENT, "ALLOW_SANDBOX_PROVIDER": "1"}
    assert faults(allowed, SANDBOX_API_KEY="key", VERIFICATION_SERVICE="sandbox") == set()


def test_a_service_of_breached_passwords_may_be_asked() -> None:
    assert faults(BREACHED_PASSWORDS_URL="https://words.example/range/") == set()


def test_a_platform_may_do_without_text_messages_on_purpose() -> None:
    assert faults(SMS_URL="off") == set()


def test_every_fault_is_named_at_once_and_no_value_is_shown() -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe({**SAFE, "SECRET_KEY": "hunter2", "DEBUG": True, "ALLOWED_HOSTS": ["*"]})

    text = str(refusal.value)
    assert all(name in text for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS"))
    assert "hunter2" not in text


@pytest.mark.parametrize("module", ["production", "staging"])
def test_the_settings_themselves_refuse(module: str) -> None:
    kept = ("PATH", "HOME", "LANG")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", f"import marketplace.config.settings.{module}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode != 0
    for variable in (
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "PUBLIC_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "SMS_URL",
    ):
        assert f"  {variable}: " in done.stderr


def test_a_new_bank_account_waits_three_days_unless_settings_say_otherwise() -> None:
    everywhere = base.PAYOUT_POLICIES[0]
    assert everywhere["bank_account_wait_hours"] == 72
    assert "currency" not in everywhere


def test_operators_enter_with_a_second_factor() -> None:
    assert faults(ADMIN_SECOND_FACTOR="offered") == {"ADMIN_SECOND_FACTOR"}
    assert base.ADMIN_SECOND_FACTOR == "required"
