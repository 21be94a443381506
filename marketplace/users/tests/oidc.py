"""The OpenID Connect server of the tests: started once, told what to be, and signed in at."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[3]
SERVER = "marketplace.users.tests.oidc_server"
REDIRECT_URI = "https://shop.example/sign-in/callback"
START_SECONDS = 30


class OidcServer:
    """A running server, over a real socket of this machine."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def add_person(self, sub: str, **claims: Any) -> str:
        self._http.put(f"/control/people/{sub}", json=claims).raise_for_status()
        return sub

    def behave(self, **behaviour: Any) -> None:
        """As told from now on; well, when told nothing."""
        self._http.put("/control/behaviour", json=behaviour).raise_for_status()

    def calls(self) -> list[str]:
        made: list[str] = self._http.get("/control/calls").json()
        return made

    def sign(self, claims: dict[str, Any], by: str = "RS256") -> str:
        """A token, as the provider's own kit hands it to an app on a phone."""
        answer = self._http.post("/control/sign", json={"claims": claims, "by": by})
        token: str = answer.raise_for_status().json()["id_token"]
        return token

    def token_for(self, sub: str, nonce: str, by: str = "RS256", /, **claims: Any) -> str:
        """A good id token of this person for the client `shop`, unless ``claims`` spoil it."""
        now = int(time.time())
        good = {"sub": sub, "aud": "shop", "iat": now, "exp": now + 300, "nonce": nonce}
        whole = {**good, **claims}
        return self.sign({name: value for name, value in whole.items() if value is not None}, by)

    def sign_in(self, authorization_url: str, sub: str) -> dict[str, str]:
        """What the person's browser brings back: `code`, `state` and `iss`."""
        answer = self._http.post(authorization_url, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        location = answer.headers["Location"]
        assert location.startswith(REDIRECT_URI), location
        return dict(parse_qsl(urlsplit(location).query))

    def close(self) -> None:
        self._http.close()


@contextmanager
def running(module: str, *ready_at: str) -> Iterator[str]:
    """A server of the tests as a process of its own; yields its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(url + "/".join(("", *ready_at)), process)
        yield url
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_oidc_server() -> Iterator[OidcServer]:
    with running(SERVER, "jwks") as url:
        server = OidcServer(url)
        try:
            yield server
        finally:
            server.close()


def settings_of(server: OidcServer, name: str = "acme", **more: Any) -> dict[str, Any]:
    """An entry of SOCIAL_PROVIDERS for this server."""
    return {
        "id": name,
        "server_url": server.url,
        "client_id": "shop",
        "secret": "oidc-test-secret",
        "trusted_email_domains": ["example.com"],
        **more,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            httpx.get(url, trust_env=False, timeout=2)
        except httpx.TransportError:
            time.sleep(0.05)  # the condition is the answer itself
        else:
            return
    raise AssertionError(f"{url} did not answer in {START_SECONDS} s")
