import json
from typing import Any

import pytest

from marketplace.config.social import SocialProvidersRefused, settings_from

ACME = {"id": "acme", "server_url": "https://id.acme.example/", "client_id": "shop", "secret": "s"}


def read(*entries: Any) -> dict[str, Any]:
    return settings_from(json.dumps(entries))


def test_without_the_variable_nobody_else_vouches_for_people() -> None:
    assert settings_from("")["openid_connect"]["APPS"] == settings_from(" ")["facebook"]["APPS"]
    assert settings_from("")["openid_connect"]["APPS"] == []


def test_any_number_of_providers() -> None:
    found = read(
        {"id": "google", "client_id": "g", "secret": "s", "client_ids": ["g-ios"]},
        {"id": "facebook", "client_id": "f", "secret": "s"},
        {**ACME, "trusted_email_domains": ["Acme.example"]},
        {**ACME, "id": "acme-2", "name": "The other one"},
    )

    google, acme, other = found["openid_connect"]["APPS"]
    assert (google["name"], google["settings"]["server_url"]) == (
        "Google",
        "https://accounts.google.com",
    )
    assert google["settings"]["client_ids"] == ["g", "g-ios"]
    assert acme["settings"]["server_url"] == "https://id.acme.example"
    assert acme["settings"]["trusted_email_domains"] == ["acme.example"]
    assert (acme["name"], other["name"]) == ("Acme", "The other one")
    assert [app["provider_id"] for app in found["facebook"]["APPS"]] == ["facebook"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "not JSON"),
        ("{}", "not a list"),
        ('["google"]', "needs an id"),
        (json.dumps([{**ACME, "id": "Acme!"}]), "needs an id"),
        (json.dumps([{**ACME, "id": "accounts"}]), "our own paths"),
        (json.dumps([ACME, ACME]), "twice"),
        (json.dumps([{**ACME, "secrets": "s"}]), "secrets"),
        (json.dumps([{"id": "google", "client_id": "g"}]), "secret"),
        (json.dumps([{"id": "acme", "client_id": "g", "secret": "s"}]), "server_url"),
        (json.dumps([{**ACME, "server_url": "http://id.acme.example"}]), "https"),
        (
            json.dumps(
                [{**ACME, "server_url": "https://a.example/.well-known/openid-configuration"}]
            ),
            "issuer alone",
        ),
    ],
)
def test_what_cannot_work_is_said_at_the_start(text: str, word: str) -> None:
    with pytest.raises(SocialProvidersRefused, match=word):
        settings_from(text)
