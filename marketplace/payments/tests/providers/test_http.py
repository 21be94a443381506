"""What an answer, or none, means: the part that every adapter over HTTP shares."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from marketplace.payments.providers import http
from marketplace.payments.providers.http import FailureRules, HttpApi, understand, without_secrets
from marketplace.payments.providers.protocol import (
    ObjectMissing,
    ProviderDeclined,
    ProviderError,
    ProviderRejected,
    ProviderUnknown,
)


class Answerer(ThreadingHTTPServer):
    """Answers every request with the same bytes, broken off after ``declared`` if that is more."""

    status, content, declared, location = 200, b"{}", 0, ""
    seen: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Answerer

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(max(self.server.declared, len(self.server.content))))
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Answerer]:
    answerer = Answerer(("127.0.0.1", 0), Handler)
    answerer.seen = []
    Thread(target=answerer.serve_forever, daemon=True).start()
    yield answerer
    answerer.shutdown()
    answerer.server_close()


def api(server: Answerer, rules: FailureRules | None = None) -> HttpApi:
    url = f"http://127.0.0.1:{server.server_port}"
    return HttpApi(base_url=url, timeout_seconds=2, rules=rules)


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (400, b'{"error":{"code":"x"}}', ProviderRejected),
        (401, b'{"error":{"code":"x"}}', ProviderUnknown),
        (402, b'{"error":{"code":"x"}}', ProviderDeclined),
        (403, b"<html>a proxy</html>", ProviderRejected),
        (404, b'{"error":{"code":"x"}}', ObjectMissing),
        (408, b"<html>", ProviderUnknown),
        (409, b"[]", ProviderRejected),
        (429, b'{"error":"slow down"}', ProviderUnknown),
        (500, b'{"error":{"code":"x"}}', ProviderUnknown),
        (503, b"", ProviderUnknown),
        (200, b'{"half":', ProviderUnknown),
        (200, b"", ProviderUnknown),
        (302, b"{}", ProviderUnknown),
    ],
)
def test_each_answer_has_one_meaning(
    server: Answerer, status: int, content: bytes, error: type[ProviderError]
) -> None:
    server.status, server.content = status, content
    with pytest.raises(error) as caught:
        api(server).get("/x")
    assert type(caught.value) is error


def test_a_redirect_is_not_followed(server: Answerer) -> None:
    server.status, server.location = 302, "/elsewhere"
    with pytest.raises(ProviderUnknown):
        api(server).get("/x")
    assert server.seen == ["/x"]


def test_an_answer_that_breaks_off_is_unknown(server: Answerer) -> None:
    server.content, server.declared = b'{"id":', 100
    answerer_stops = api(server)
    with pytest.raises(ProviderUnknown):
        answerer_stops.get("/x")


def test_an_endless_answer_is_unknown(server: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 100)
    server.content = b'"' + b"x" * 200 + b'"'
    with pytest.raises(ProviderUnknown):
        api(server).get("/x")


def test_nobody_there_is_unknown() -> None:
    with pytest.raises(ProviderUnknown) as caught:
        HttpApi(base_url="http://127.0.0.1:1", timeout_seconds=1).get("/x")
    assert caught.value.code == "unreachable"


def test_an_adapter_may_know_a_code_or_a_failure_better(server: Answerer) -> None:
    server.status, server.content = 400, b'{"error":{"code":"no_money","message":"m"}}'
    with pytest.raises(ProviderDeclined) as caught:
        api(server, FailureRules(by_code={"no_money": ProviderDeclined})).get("/x")
    assert caught.value.code == "no_money"
    with pytest.raises(ProviderUnknown):
        api(server, FailureRules(judge=lambda _: ProviderUnknown)).get("/x")


def test_a_no_that_is_answered_200_is_a_failure(server: Answerer) -> None:
    server.content = b'{"status":false,"error":{"code":"no"}}'
    rules = FailureRules(is_success=lambda body: body["status"])
    with pytest.raises(ProviderUnknown):
        api(server, rules).get("/x")


@pytest.mark.parametrize("body", [None, [], {}, "text", {"data": "text"}])
def test_an_answer_in_another_form_is_unknown(body: object) -> None:
    with pytest.raises(ProviderUnknown):
        understand(lambda b: b["data"]["id"].strip(), body)


@pytest.mark.parametrize(
    "secret",
    [
        "sk_live_abc123",
        "whsec_abc",
        "4242 4242 4242 4242",
        "DE89 3704 0044 0532 0130 00",
        "00012345678",
    ],
)
def test_no_key_or_number_stays_in_a_message(secret: str) -> None:
    assert secret not in without_secrets(f"bad {secret}, sorry")
    assert "sorry" in without_secrets(f"bad {secret}, sorry")


def test_proxies_of_the_environment_have_no_say(
    server: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert api(server).get("/x") == {}
