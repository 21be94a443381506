import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils.module_loading import import_string

from marketplace.users.tests.oidc import (
    REDIRECT_URI,
    OidcServer,
    running_oidc_server,
    settings_of,
)

SetProviders = Callable[..., None]


@pytest.fixture(scope="session")
def _oidc_server() -> Iterator[OidcServer]:
    with running_oidc_server() as server:
        yield server


@pytest.fixture
def set_providers(settings: Any) -> SetProviders:
    """Give the platform these entries of SOCIAL_PROVIDERS."""

    def give(*entries: dict[str, Any]) -> None:
        read = import_string("marketplace.config.social.settings_from")
        settings.SOCIALACCOUNT_PROVIDERS = read(json.dumps(entries))
        settings.SOCIAL_REDIRECT_URIS = [REDIRECT_URI]

    return give


@pytest.fixture
def oidc(_oidc_server: OidcServer, set_providers: SetProviders) -> OidcServer:
    """A well-behaved server, known here as `acme`, whose word counts for example.com."""
    _oidc_server.behave()
    set_providers(settings_of(_oidc_server))
    return _oidc_server
