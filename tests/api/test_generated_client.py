"""A client that was made from the OpenAPI document, and from nothing else, signs in.

The generator is `openapi-python-client` (ADR 0074); what it made speaks to a running server.
"""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.mail import EmailMessage

from marketplace.core.testing.figures import publish
from marketplace.users.models import User
from marketplace.users.tests.authenticator import code_for, give_totp
from marketplace.users.tests.conftest import _oidc_server, oidc, set_providers
from marketplace.users.tests.letters import key_in
from marketplace.users.tests.oidc import REDIRECT_URI, OidcServer
from tests.api.operations import operations, read_document

__all__ = ["_oidc_server", "oidc", "set_providers"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PACKAGE = "client_made_from_the_document"
PASSWORD = "a quiet harbour at dawn"
# Files are bytes to a client; nothing of our own is left out.
SETTINGS = {
    "post_hooks": [],
    "content_type_overrides": {
        "application/zip": "application/octet-stream",
        "application/pdf": "application/octet-stream",
        "text/csv": "application/octet-stream",
    },
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the generated package; whatever the generator cannot make fails here."""
    folder = tmp_path_factory.mktemp("made")
    document, settings = folder / "openapi.json", folder / "settings.json"
    document.write_text(json.dumps(read_document()))
    settings.write_text(json.dumps(SETTINGS))
    subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate"),
            *("--path", document, "--config", settings),
            *("--meta", "none", "--output-path", folder / PACKAGE, "--fail-on-warning"),
        ],
        check=True,
        timeout=110,
    )
    sys.path.insert(0, str(folder))
    yield folder / PACKAGE
    sys.path.remove(str(folder))


class Client:
    """Calls operations of the document by their names, with what the document calls their input."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._client: Any = part("client").Client(base_url=base_url)
        self._others: list[Client] = []

    def signed_in(self, access_token: str) -> "Client":
        known = Client(self._base_url)
        known._client = part("client").AuthenticatedClient(
            base_url=self._base_url, token=access_token
        )
        self._others.append(known)
        return known

    def close(self) -> None:
        """Hang up, so that the server's threads end and let go of the database."""
        self._client.get_httpx_client().close()
        for other in self._others:
            other.close()

    def __call__(self, name: str, body: Any = None, **more: Any) -> Any:
        """The answer, with its status and, in ``parsed``, the type that the document gives it."""
        operation = part(f"api.auth.{name}")
        if body is not None:
            more["body"] = body
        return operation.sync_detailed(client=self._client, **more)


def part(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


def model(name: str, **members: Any) -> Any:
    return getattr(part("models"), name).from_dict(members)


@pytest.fixture
def client(made: Path, live_server: Any) -> Iterator[Client]:
    client = Client(live_server.url)
    yield client
    client.close()


def sign_up(client: Client, mailoutbox: list[EmailMessage]) -> None:
    person = {"email": "ada@example.com", "password": PASSWORD, "first_name": "Ada"}
    signed_up = client("auth_sign_up", model("SignUpRequest", **person))
    assert signed_up.status_code == 202, signed_up.content
    key = key_in(mailoutbox[0])
    assert client("auth_verify_email", model("KeyRequest", key=key)).status_code == 200


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client(
        "auth_sign_in", model("SignInRequest", email="ada@example.com", password=password)
    )


def test_from_signing_up_to_signing_out(client: Client, mailoutbox: list[EmailMessage]) -> None:
    sign_up(client, mailoutbox)
    tokens = sign_in(client).parsed
    assert tokens.user.email == "ada@example.com"

    known = client.signed_in(tokens.access_token)
    assert known("auth_me_retrieve").parsed.id == tokens.user.id
    (session,) = known("auth_sessions_list").parsed.results
    assert session.is_current

    fresh = client(
        "auth_refresh", model("RefreshRequest", refresh_token=tokens.refresh_token)
    ).parsed
    assert fresh.refresh_token != tokens.refresh_token
    known = client.signed_in(fresh.access_token)
    assert known("auth_sign_out", model("NothingRequest")).status_code == 204
    assert known("auth_me_retrieve").parsed.code == "access_token_refused"


def test_a_refusal_is_read_by_its_code(client: Client, mailoutbox: list[EmailMessage]) -> None:
    sign_up(client, mailoutbox)

    refused = sign_in(client, "not the password at all").parsed

    assert type(refused).__name__ == "Problem"
    assert (refused.status, refused.code) == (401, "wrong_credentials")


def test_a_second_factor_is_asked_for_and_given(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(client, mailoutbox)
    secret = give_totp(User.objects.get())

    asked = sign_in(client).parsed
    assert (asked.code, "totp" in asked.factors) == ("second_factor_required", True)
    given = {"flow_token": asked.flow_token, "factor": "totp", "code": code_for(secret)}
    answer = client("auth_sign_in_second_factor", model("SecondFactorRequest", **given))

    assert answer.status_code == 200, answer.content
    assert answer.parsed.user.email == "ada@example.com"


def test_a_provider_signs_somebody_in(client: Client, oidc: OidcServer) -> None:
    oidc.add_person("ada", email="ada@example.com", email_verified=True)
    (acme,) = client("auth_social_providers").parsed.providers
    there = model("AuthorizeRequest", redirect_uri=REDIRECT_URI)
    begun = client("auth_social_authorize", there, provider=acme.id).parsed

    brought = oidc.sign_in(begun.authorization_url, "ada")
    answer = client(
        "auth_social_callback",
        model("CallbackRequest", flow_token=begun.flow_token, **brought),
        provider=acme.id,
    )

    assert answer.parsed.user.email == "ada@example.com"


def test_every_route_of_signing_in_is_made(made: Path) -> None:
    wanted = {
        operation.about["operationId"]
        for operation in operations()
        if operation.path.startswith("/api/v1/auth/")
    }
    there = {path.stem for path in (made / "api" / "auth").glob("auth_*.py")}
    publish(
        "the API document: operations of signing in that a generated client has",
        of=len(wanted),
        made=len(wanted & there),
    )

    assert len(wanted) > 30
    assert wanted - there == set()
