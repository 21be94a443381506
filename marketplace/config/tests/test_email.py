from typing import Any

import pytest

from marketplace.config.email import EmailUrlRefused, settings_from


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {"EMAIL_DELIVERY_BACKEND": "marketplace.notifications.email.KeepBackend"}),
        (
            "smtp+tls://user%40x:p%2Fw@mail.example.com",
            {
                "EMAIL_HOST": "mail.example.com",
                "EMAIL_PORT": 587,
                "EMAIL_HOST_USER": "user@x",
                "EMAIL_HOST_PASSWORD": "p/w",
                "EMAIL_USE_TLS": True,
            },
        ),
        ("smtp+ssl://mail.example.com", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
        (
            "sendgrid://:SG.key@",
            {"EMAIL_DELIVERY_BACKEND": "anymail.backends.sendgrid.EmailBackend"},
        ),
        (
            "mailgun://:key@mg.example.com?region=eu",
            {"EMAIL_DELIVERY_BACKEND": "anymail.backends.mailgun.EmailBackend"},
        ),
    ],
)
def test_an_address_names_the_way_out(url: str, expected: dict[str, Any]) -> None:
    assert settings_from(url).items() >= expected.items()


@pytest.mark.parametrize("url", ["sendgrid://", "mailgun://:key@", "smtp://", "pigeon://loft", "x"])
def test_an_address_that_leads_nowhere_is_refused_at_start_up(url: str) -> None:
    with pytest.raises(EmailUrlRefused):
        settings_from(url)


@pytest.mark.parametrize("url", ["", "console://", "smtp://h", "sendgrid://:k@", "mailgun://:k@d"])
def test_every_way_out_exists(url: str, settings: Any) -> None:
    from django.core.mail import get_connection

    options = settings_from(url)
    for name, value in options.items():
        setattr(settings, name, value)

    assert get_connection(options["EMAIL_DELIVERY_BACKEND"], timeout=1) is not None
