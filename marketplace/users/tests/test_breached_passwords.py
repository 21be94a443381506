"""Asking a service for breached passwords: over a real socket, and never in the way."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from marketplace.core.db import TransactionNested, opens_transaction
from marketplace.users.breached_passwords import was_breached
from marketplace.users.models import User
from marketplace.users.tests.factories import PASSWORD, authorized_client, make_user

NEW = "two herons over the bay"
AUTH = "/api/v1/auth/"


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


class RangeServer(ThreadingHTTPServer):
    """Answers as the documented range API does, padding included."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.breached: dict[str, int] = {}
        self.asked: list[str] = []
        self.padding: list[str | None] = []
        self.status = 200
        self.body: str | None = None
        self.released = Event()
        self.released.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/range/"


class _Handler(BaseHTTPRequestHandler):
    server: RangeServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.padding.append(self.headers["Add-Padding"])
        self.server.released.wait(10)
        prefix = self.path.rpartition("/")[2]
        lines = [f"{digest(str(n))[5:]}:0" for n in range(800)]
        lines += [
            f"{digest(password)[5:]}:{count}"
            for password, count in self.server.breached.items()
            if digest(password).startswith(prefix)
        ]
        body = ("\r\n".join(lines) if self.server.body is None else self.server.body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(settings: Settings) -> Iterator[RangeServer]:
    server = RangeServer()
    Thread(target=server.serve_forever, daemon=True).start()
    settings.BREACHED_PASSWORDS_URL = server.url
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def test_five_digits_of_the_hash_are_all_that_leaves(service: RangeServer) -> None:
    service.breached = {NEW: 3}

    assert was_breached(NEW)
    assert not was_breached("a quiet harbour at dawn")

    assert service.asked[0] == f"/range/{digest(NEW)[:5]}"
    assert service.padding == ["true", "true"]


def test_a_line_of_padding_is_no_breach(service: RangeServer) -> None:
    service.breached = {NEW: 0}
    assert not was_breached(NEW)


def test_nobody_is_asked_unless_the_settings_say_so(
    service: RangeServer, settings: Settings
) -> None:
    service.breached = {NEW: 3}
    settings.BREACHED_PASSWORDS_URL = ""

    assert not was_breached(NEW)
    assert service.asked == []


@pytest.mark.parametrize(
    ("status", "body"), [(503, ""), (429, ""), (302, ""), (200, "no list at all"), (404, "0:1")]
)
def test_a_service_that_fails_stands_in_nobodys_way(
    service: RangeServer, status: int, body: str
) -> None:
    service.status, service.body = status, body
    with capture_logs() as logs:
        assert not was_breached(NEW)

    assert [entry["event"] for entry in logs] == ["breached_passwords_not_asked"]
    assert digest(NEW)[:5] not in str(logs)


def test_a_service_that_does_not_answer_is_not_waited_for(
    service: RangeServer, settings: Settings
) -> None:
    settings.BREACHED_PASSWORDS_TIMEOUT_SECONDS = 0.05
    service.released.clear()
    with capture_logs() as logs:
        assert not was_breached(NEW)
    assert logs[0]["error"] == "ReadTimeout"


def test_nobody_listening_is_no_answer(settings: Settings) -> None:
    settings.BREACHED_PASSWORDS_URL = "http://127.0.0.1:1/range/"
    assert not was_breached(NEW)


@pytest.mark.django_db(transaction=True)
def test_it_is_never_asked_inside_a_transaction(service: RangeServer) -> None:
    with pytest.raises(TransactionNested):
        opens_transaction(was_breached)(NEW)
    assert service.asked == []


@pytest.mark.django_db(transaction=True)
def test_signing_up_with_a_breached_password_makes_no_account(service: RangeServer) -> None:
    service.breached = {NEW: 1}
    body = {"email": "new@example.com", "password": NEW, "first_name": "Marigold"}

    refused = APIClient().post(f"{AUTH}sign-up/", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "password_refused")
    assert "breach" in str(refused.json()["errors"])
    assert not User.objects.exists()
    service.breached = {}
    assert APIClient().post(f"{AUTH}sign-up/", body).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_changing_to_a_breached_password_changes_nothing(service: RangeServer) -> None:
    service.breached = {NEW: 1}
    user = make_user()
    client = authorized_client(user)
    body = {"current_password": PASSWORD, "new_password": NEW}

    refused = client.post(f"{AUTH}password/change/", body)

    assert (refused.status_code, refused.json()["code"]) == (400, "password_refused")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
