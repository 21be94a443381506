"""How allauth's social sign-in behaves here: who the providers are, and how they are called."""

import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.http import HttpRequest

from marketplace.core.db import forbid_transaction

CONNECT_SECONDS, READ_SECONDS, ANSWER_SECONDS = 3.0, 5.0, 8.0
MAX_ANSWER_BYTES = 512 * 1024
CHUNK_BYTES = 16 * 1024


class ProviderFault(requests.RequestException):
    """The provider does not answer, or not as it should."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers come from the settings alone, and nobody signs up or is linked behind our back."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        # Not from the database: whoever can write a row there would be everybody's provider.
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def get_requests_session(self) -> requests.Session:
        return PatientSession()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        # Accounts are made by the command `enter_by_provider` alone.
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        # An address that a provider names never opens an account that is there already.
        return False


class PatientSession(requests.Session):
    """Calls a provider with a limit to everything: time, size, form, and where it sends us."""

    def __init__(self) -> None:
        super().__init__()
        # A proxy or .netrc of the machine has no business with clients' secrets.
        self.trust_env = False
        self.max_redirects = 0

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        forbid_transaction("A call to a sign-in provider")
        options |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "stream": True}
        options["allow_redirects"] = False
        # Each read may take READ_SECONDS; all of them together may not go on for ever.
        deadline = time.monotonic() + ANSWER_SECONDS
        response = super().send(request, **options)
        response._content = _read(response, deadline)  # noqa: SLF001
        if response.status_code >= 500 or 300 <= response.status_code < 400:
            raise ProviderFault(f"answered {response.status_code}", response=response)
        if response.status_code < 300 and not _is_object(response.content):
            raise ProviderFault("answered something else than a JSON object", response=response)
        return response


def _read(response: requests.Response, deadline: float) -> bytes:
    content = b""
    with response:
        for chunk in response.iter_content(CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                raise ProviderFault("answered too much or too slowly", response=response)
    return content


def _is_object(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), Mapping)
    except ValueError:
        return False
