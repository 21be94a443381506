"""A real sandbox for the tests: server and deliverers as processes, a listener for webhooks.

The sandbox is another Django project than the one pytest has loaded, so nothing of it is imported:
the tests speak HTTP, as the platform does.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import orjson
import psycopg
import pytest

ROOT = Path(__file__).parents[2]
KEY = "test-key"
SECRETS = ("first-secret", "second-secret")
CARRIER_SECRET = "carrier-secret"
START_SECONDS = 100


@dataclass
class Received:
    """One webhook as it arrived."""

    path: str
    signature: str
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return orjson.loads(self.raw)

    @property
    def reference(self) -> str:
        return self.body["data"]["reference"]


@dataclass
class Listener:
    """Receives webhooks over a real socket and answers as the test wishes."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    # reference → statuses to answer with, one after the other; then 200
    answers: dict[str, list[int]] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def about(self, reference: str) -> list[Received]:
        with self.lock:
            return [one for one in self.received if one.reference == reference]

    def types(self, *references: str) -> list[str]:
        with self.lock:
            return [one.body["type"] for one in self.received if one.reference in references]


def wait_for(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """The condition's first true value; fails when it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Sandbox:
    """The running sandbox."""

    url: str
    env: dict[str, str]
    database_url: str
    client: httpx.Client
    listener: Listener

    def post(self, path: str, body: Any = None, key: str | None = None, **kw: Any) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(path, json=body, headers=headers, **kw)

    def get(self, path: str, **kw: Any) -> Any:
        return self.client.get(path, **kw)

    def payment(self, reference: str, amount: int = 5000, **fields: Any) -> dict[str, Any]:
        body = {"amount": amount, "currency": "EUR", "reference": reference, **fields}
        answer = self.post("/v1/payments", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def press(self, payment_id: str, outcome: str = "pay") -> httpx.Response:
        with httpx.Client(base_url=self.url) as browser:
            return browser.post(f"/pay/{payment_id}", data={"outcome": outcome})

    def paid(self, reference: str, amount: int = 5000, **fields: Any) -> dict[str, Any]:
        payment = self.payment(reference, amount, **fields)
        assert self.press(payment["id"]).status_code == 303
        return self.get(f"/v1/payments/{payment['id']}").json()

    def refund(self, payment: dict[str, Any], amount: int, reference: str) -> httpx.Response:
        body = {"payment_id": payment["id"], "amount": amount, "reference": reference}
        return self.post("/v1/refunds", {**body, "currency": payment["currency"]})

    def payout(self, reference: str, amount: int = 100, currency: str = "EUR") -> httpx.Response:
        return self.post("/v1/payouts", payout_body(reference, amount, currency))

    def order(self, kind: str, action: str, prefix: str, **fields: Any) -> dict[str, Any]:
        body = {"kind": kind, "action": action, "reference_prefix": prefix, **fields}
        answer = self.post("/v1/behaviour", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def balance(self, currency: str) -> dict[str, Any]:
        rows = self.get("/v1/balance").json()["balances"]
        empty = {"currency": currency, "amount": 0, "reserved": 0, "available": 0}
        return next((row for row in rows if row["currency"] == currency), empty)

    def run(self, *arguments: str, **env: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox", *arguments],
            cwd=ROOT,
            env={**self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def check(self) -> str:
        """The sandbox's own audit must find nothing."""
        process = self.run("check")
        output = process.communicate(timeout=60)[0].decode()
        assert process.returncode == 0, output
        return output


def payout_body(reference: str, amount: int = 100, currency: str = "EUR") -> dict[str, Any]:
    destination = {"account_holder": "Account holder", "iban": "DE89 3704 0044 0532 0130 00"}
    return {
        "amount": amount,
        "currency": currency,
        "reference": reference,
        "destination": destination,
    }


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    state = Listener()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            one = Received(self.path, self.headers["Sandbox-Signature"], raw)
            with state.lock:
                state.received.append(one)
                planned = state.answers.get(one.reference)
                status = planned.pop(0) if planned else 200
                pause = state.slow.get(one.reference, 0)
            time.sleep(pause)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def sandbox_database() -> Iterator[str]:
    given = urlsplit(os.environ["DATABASE_URL"])
    name = f"sandbox_test_{uuid4().hex[:12]}"
    admin = urlunsplit(given._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(given._replace(path=f"/{name}"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def sandbox(listener: Listener, sandbox_database: str) -> Iterator[Sandbox]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    env |= {
        "SANDBOX_DATABASE_URL": sandbox_database,
        "SANDBOX_PORT": str(port),
        "SANDBOX_URL": url,
        "SANDBOX_API_KEY": KEY,
        "SANDBOX_WEBHOOK_URL": f"{listener.url}/payments",
        "SANDBOX_WEBHOOK_SECRETS": ",".join(SECRETS),
        "SANDBOX_CARRIER_WEBHOOK_URL": f"{listener.url}/carrier",
        "SANDBOX_CARRIER_SECRET": CARRIER_SECRET,
        "SANDBOX_WEBHOOK_TIMEOUT_SECONDS": "1",
        "SANDBOX_RETURN_DELAY_SECONDS": "0.1",
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "*",
    }
    client = httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=20, trust_env=False
    )
    running = Sandbox(url, env, sandbox_database, client, listener)
    migration = running.run("migrate")
    output = migration.communicate(timeout=100)[0].decode()
    assert migration.returncode == 0, output
    processes = [running.run("serve"), running.run("deliver"), running.run("deliver")]

    def is_up() -> bool:
        try:
            return client.get("/health").status_code == 200
        except httpx.TransportError:
            return False

    wait_for(is_up, START_SECONDS)
    # Enough for every test's chargebacks and payouts, in whatever order they come.
    running.paid("the-balance-to-begin-with", 10_000_000)
    yield running
    client.close()
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def ref(request: pytest.FixtureRequest) -> str:
    """A prefix that only this test uses, so that tests in parallel do not meet."""
    return f"{request.node.name[:40].partition('[')[0]}-{uuid4().hex[:8]}:"
