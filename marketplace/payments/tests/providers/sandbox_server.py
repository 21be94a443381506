"""The sandbox provider as it runs: server and deliverer as programs, spoken to over HTTP."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import psycopg

from marketplace.core.money import Money
from marketplace.payments.tests.providers.waiting import wait_for

ROOT = Path(__file__).parents[4]
API_KEY = "contract-key"
WEBHOOK_SECRET = "contract-secret"
START_SECONDS = 30


@dataclass
class RunningSandbox:
    """Its address, and every webhook it sent: raw body and headers."""

    url: str
    webhooks: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def press(self, provider_payment_id: str, outcome: str, card: str = "") -> None:
        """What a buyer does on the hosted page."""
        answer = httpx.post(
            f"{self.url}/pay/{provider_payment_id}",
            data={"outcome": outcome, "card": card},
            trust_env=False,
        )
        assert answer.status_code < 400, answer.text

    def order(self, kind: str, action: str, prefix: str, **options: Any) -> None:
        """Switch the sandbox's behaviour for references that begin with ``prefix``."""
        answer = httpx.post(
            f"{self.url}/v1/behaviour",
            json={"kind": kind, "action": action, "reference_prefix": prefix, **options},
            headers={"Authorization": f"Bearer {API_KEY}"},
            trust_env=False,
        )
        assert answer.status_code == 201, answer.text

    def open_chargeback(self, provider_payment_id: str, amount: Money) -> str:
        """What the payer's bank does."""
        body = {
            "payment_id": provider_payment_id,
            "amount": amount.amount_minor,
            "currency": amount.currency,
        }
        opened: dict[str, Any] = self._as_bank("/v1/chargebacks", body)
        return str(opened["id"])

    def decide_chargeback(self, chargeback_id: str, outcome: str) -> None:
        self._as_bank(f"/v1/chargebacks/{chargeback_id}/decide", {"outcome": outcome})

    def _as_bank(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {API_KEY}"},
            trust_env=False,
        )
        assert answer.status_code < 400, answer.text
        decided: dict[str, Any] = answer.json()
        return decided


@contextmanager
def running_sandbox(**changes: str) -> Iterator[RunningSandbox]:
    """A sandbox with a database of its own on the tests' server, until the block ends.

    ``changes`` are variables of its environment, such as its fee.
    """
    with _database() as database_url, _listener() as (listener_url, webhooks):
        url = f"http://127.0.0.1:{_free_port()}"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")
        } | {
            "SANDBOX_DATABASE_URL": database_url,
            "SANDBOX_PORT": url.rsplit(":", 1)[1],
            "SANDBOX_URL": url,
            "SANDBOX_API_KEY": API_KEY,
            "SANDBOX_WEBHOOK_URL": listener_url,
            "SANDBOX_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "SANDBOX_SETTLE_DELAY_SECONDS": "0.1",
            "SANDBOX_RETURN_DELAY_SECONDS": "0.1",
            "PYTHONPATH": str(ROOT),
            **changes,
        }
        _program(environment, "migrate").wait(timeout=60)
        programs = [_program(environment, "serve"), _program(environment, "deliver")]
        try:
            wait_for(lambda: _is_up(url), START_SECONDS)
            yield RunningSandbox(url, webhooks)
        finally:
            for program in programs:
                program.terminate()
            for program in programs:
                program.wait(timeout=60)


def _program(environment: dict[str, str], command: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox", command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _database() -> Iterator[str]:
    given = urlsplit(os.environ["DATABASE_URL"])
    name = f"sandbox_contract_{uuid4().hex[:12]}"
    admin = urlunsplit(given._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield urlunsplit(given._replace(path=f"/{name}"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def _listener() -> Iterator[tuple[str, list[tuple[bytes, dict[str, str]]]]]:
    received: list[tuple[bytes, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, dict(self.headers)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", received
    server.shutdown()
    server.server_close()
