"""The processes themselves: a killed server, a database that hangs up, other settings."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg

from sandbox.tests.conftest import ROOT, START_SECONDS, Sandbox, free_port, wait_for


@contextmanager
def _second_server(sandbox: Sandbox, **env: str) -> Iterator[tuple[str, int]]:
    port = free_port()
    process = sandbox.run("serve", SANDBOX_PORT=str(port), **env)
    url = f"http://127.0.0.1:{port}"

    def is_up() -> bool:
        try:
            return httpx.get(f"{url}/health").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for(is_up, START_SECONDS)
        yield url, process.pid
    finally:
        process.terminate()
        process.communicate(timeout=15)


def test_a_fee_is_booked_beside_the_payment(sandbox: Sandbox, ref: str) -> None:
    with _second_server(sandbox, SANDBOX_FEE_BPS="250") as (url, _):
        payment = sandbox.payment(ref, 1000, currency="NZD")
        httpx.post(f"{url}/pay/{payment['id']}", data={"outcome": "pay"})
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["fee"] == 25
    assert sandbox.balance("NZD")["amount"] == 975
    with psycopg.connect(sandbox.database_url) as connection:
        lines = connection.execute(
            "SELECT kind, amount_minor FROM provider_balancetransaction WHERE source_id = %s"
            " ORDER BY position",
            [payment["id"]],
        ).fetchall()
    assert lines == [("payment", 1000), ("fee", -25)]
    sandbox.check()


def test_a_killed_server_frees_its_port(sandbox: Sandbox) -> None:
    with _second_server(sandbox) as (url, pid):
        os.kill(pid, signal.SIGKILL)

        def is_gone() -> bool:
            try:
                httpx.get(f"{url}/health", timeout=1)
            except httpx.TransportError:
                return True
            return False

        wait_for(is_gone)


def test_a_database_that_hung_up_is_noticed_before_it_is_used(sandbox: Sandbox, ref: str) -> None:
    sandbox.paid(ref + "before")
    with psycopg.connect(sandbox.database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'sandbox' AND datname = current_database()"
        )
    answers = {sandbox.get("/v1/balance").status_code for _ in range(20)}
    assert answers == {200}
    sandbox.paid(ref + "after")
    wait_for(lambda: sandbox.listener.about(ref + "after"))


def test_the_migrations_say_what_the_models_say(sandbox: Sandbox) -> None:
    env = {**sandbox.env, "DJANGO_SETTINGS_MODULE": "sandbox.settings"}
    command = [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_it_never_imports_the_platform() -> None:
    for path in (ROOT / "sandbox").rglob("*.py"):
        lines = path.read_text().splitlines()
        imports = [line for line in lines if line.strip().startswith(("import ", "from "))]
        assert not any("marketplace" in line for line in imports), path
