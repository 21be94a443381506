"""Webhooks: signed, retried, kept, and never lost to a crash."""

import hashlib
import hmac
import os
import signal
import time
from typing import Any

import httpx
import psutil
import psycopg

from sandbox.tests.conftest import CARRIER_SECRET, SECRETS, Received, Sandbox, wait_for


def _is_signed_by(one: Received, secret: str) -> bool:
    parts = [part.partition("=") for part in one.signature.split(",")]
    timestamp = next(value for name, _, value in parts if name == "t")
    expected = hmac.new(
        secret.encode(), f"{timestamp}.".encode() + one.raw, hashlib.sha256
    ).hexdigest()
    assert abs(time.time() - int(timestamp)) < 60
    return any(hmac.compare_digest(value, expected) for name, _, value in parts if name == "v1")


def _event(sandbox: Sandbox, reference: str) -> dict[str, Any]:
    rows = sandbox.get("/v1/events", params={"reference": reference}).json()["data"]
    return sandbox.get(f"/v1/events/{rows[-1]['id']}").json()


def test_a_webhook_is_signed_with_both_secrets_during_rotation(sandbox: Sandbox, ref: str) -> None:
    sandbox.paid(ref + "a")
    one = wait_for(lambda: sandbox.listener.about(ref + "a"))[0]
    assert one.path == "/payments"
    assert all(_is_signed_by(one, secret) for secret in SECRETS)
    assert not _is_signed_by(one, "another")
    assert set(one.body) == {"id", "type", "created_at", "data"}


def test_every_attempt_is_kept_until_one_succeeds(sandbox: Sandbox, ref: str) -> None:
    sandbox.listener.answers[ref + "a"] = [500, 302, 404]
    sandbox.paid(ref + "a")
    wait_for(lambda: _event(sandbox, ref + "a")["deliveries"][0]["status"] == "delivered")
    attempts = _event(sandbox, ref + "a")["deliveries"][0]["attempts"]
    assert [attempt["response_status"] for attempt in attempts] == [500, 302, 404, 200]
    assert [attempt["number"] for attempt in attempts] == [1, 2, 3, 4]
    bodies = {one.raw for one in sandbox.listener.about(ref + "a")}
    assert len(bodies) == 1


def test_a_receiver_that_hangs_is_tried_again(sandbox: Sandbox, ref: str) -> None:
    sandbox.listener.slow[ref + "a"] = 1.5
    sandbox.paid(ref + "a")
    wait_for(lambda: sandbox.listener.about(ref + "a"))
    sandbox.listener.slow.clear()
    wait_for(lambda: len(sandbox.listener.about(ref + "a")) == 2)
    wait_for(lambda: _event(sandbox, ref + "a")["deliveries"][0]["status"] == "delivered")
    attempts = _event(sandbox, ref + "a")["deliveries"][0]["attempts"]
    assert "imeout" in attempts[0]["error"] or "timed out" in attempts[0]["error"]


def test_after_three_days_it_gives_up(sandbox: Sandbox, ref: str) -> None:
    sandbox.listener.answers[ref + "a"] = [500] * 50
    sandbox.paid(ref + "a")
    event = _event(sandbox, ref + "a")
    with psycopg.connect(sandbox.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE webhooks_webhookevent SET created_at = now() - interval '73 hours'"
            " WHERE id = %s",
            [event["id"]],
        )
    wait_for(lambda: _event(sandbox, ref + "a")["deliveries"][0]["status"] == "abandoned")
    del sandbox.listener.answers[ref + "a"]
    assert sandbox.post(f"/v1/events/{event['id']}/redeliver").status_code == 202
    wait_for(lambda: _event(sandbox, ref + "a")["deliveries"][1]["status"] == "delivered")


def test_a_killed_deliverer_loses_nothing(sandbox: Sandbox, ref: str) -> None:
    """Killed while a receiver thinks: the claim runs out, and another one delivers."""
    own = sandbox.database_url.rsplit("/", 1)[0]
    name = f"sandbox_kill_{ref[-9:-1]}"
    with psycopg.connect(f"{own}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    env = {"SANDBOX_DATABASE_URL": f"{own}/{name}", "SANDBOX_WEBHOOK_TIMEOUT_SECONDS": "0.3"}
    try:
        assert sandbox.run("migrate", **env).wait(60) == 0
        with psycopg.connect(f"{own}/{name}", autocommit=True) as connection:
            connection.execute(
                "INSERT INTO webhooks_webhookevent VALUES"
                " ('evt_1', 'provider', 'payment.succeeded', %(ref)s, 'pay_1', %(body)s, now())",
                {"ref": ref, "body": f'{{"type":"x","data":{{"reference":"{ref}"}}}}'},
            )
            connection.execute(
                "INSERT INTO webhooks_webhookdelivery"
                " (event_id, channel, status, attempts, next_attempt_at, forged)"
                " VALUES ('evt_1', 'provider', 'pending', 0, now(), false)"
            )
            sandbox.listener.slow[ref] = 5
            victim = sandbox.run("deliver", **env)
            wait_for(lambda: sandbox.listener.about(ref))
            os.kill(victim.pid, signal.SIGKILL)
            victim.communicate()
            sandbox.listener.slow.clear()
            # The claim lasts a few seconds; the test does not wait for it to run out.
            connection.execute("UPDATE webhooks_webhookdelivery SET next_attempt_at = now()")
            heir = sandbox.run("deliver", **env)
            query = "SELECT status FROM webhooks_webhookdelivery"
            wait_for(lambda: connection.execute(query).fetchone() == ("delivered",))
            heir.terminate()
            assert heir.wait(15) == 0
            heir.communicate()
            finished = connection.execute(
                "SELECT finished_at IS NOT NULL FROM webhooks_webhookattempt ORDER BY number"
            ).fetchall()
        assert finished == [(False,), (True,)]
        assert len(sandbox.listener.about(ref)) == 2
    finally:
        with psycopg.connect(f"{own}/postgres", autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_deliverer_that_slept_when_it_was_told_to_stop_stops(sandbox: Sandbox) -> None:
    """Its wait for results is over and was interrupted, both, when it wakes."""
    sleepers = [sandbox.run("deliver") for _ in range(2)]
    for sleeper in sleepers:
        assert sleeper.stdout is not None
        assert b"delivering to" in sleeper.stdout.readline()
    wait_for(lambda: all(psutil.Process(one.pid).status() == "sleeping" for one in sleepers))
    for told in (signal.SIGSTOP, signal.SIGTERM):
        for sleeper in sleepers:
            sleeper.send_signal(told)
    time.sleep(0.3)  # ten times as long as one wait
    for sleeper in sleepers:
        sleeper.send_signal(signal.SIGCONT)
    try:
        assert [sleeper.wait(30) for sleeper in sleepers] == [0, 0]
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.communicate()


def test_two_deliverers_share_the_work_without_sending_twice(sandbox: Sandbox, ref: str) -> None:
    for number in range(40):
        sandbox.paid(f"{ref}{number}", 10)
    references = [f"{ref}{number}" for number in range(40)]
    wait_for(lambda: len(sandbox.listener.types(*references)) >= 40)
    time.sleep(0.3)
    assert len(sandbox.listener.types(*references)) == 40


def test_a_carrier_scan_is_told_with_the_carriers_own_secret(sandbox: Sandbox, ref: str) -> None:
    number = f"TRK-{ref[-9:-1]}"
    made = sandbox.post("/carrier/v1/shipments", {"tracking_number": number, "reference": ref})
    assert (made.status_code, made.json()["status"]) == (201, "announced")
    path = f"/carrier/v1/shipments/{number}"
    moment = "2026-03-01T12:00:00+02:00"
    scan = sandbox.post(f"{path}/events", {"status": "in_transit", "occurred_at": moment})
    assert scan.status_code == 201
    wait_for(lambda: sandbox.listener.types(ref) == ["tracking.in_transit"])
    assert sandbox.post(f"{path}/events", {"status": "delivered"}).status_code == 201
    wait_for(lambda: len(sandbox.listener.about(ref)) == 2)
    one = sandbox.listener.about(ref)[0]
    assert one.path == "/carrier"
    assert _is_signed_by(one, CARRIER_SECRET)
    assert one.body["data"]["tracking_number"] == number
    assert one.body["data"]["occurred_at"] == "2026-03-01T10:00:00+00:00"
    after = sandbox.post(f"{path}/events", {"status": "in_transit"})
    assert after.status_code == 409
    assert [row["status"] for row in sandbox.get(path).json()["events"]] == [
        "in_transit",
        "delivered",
    ]


def test_wrong_carrier_input_is_refused(sandbox: Sandbox, ref: str) -> None:
    number = f"TRK-{ref[-9:-1]}"
    body = {"tracking_number": number, "reference": ref}
    path = "/carrier/v1/shipments"
    assert sandbox.post(path, {**body, "tracking_number": "a/b"}).status_code == 400
    assert sandbox.post(path, body).status_code == 201
    assert sandbox.post(path, body).status_code == 409
    assert sandbox.post(f"{path}/NOBODY/events", {"status": "delivered"}).status_code == 404
    assert sandbox.post(f"{path}/{number}/events", {"status": "lost"}).status_code == 400
    naive = {"status": "delivered", "occurred_at": "2026-03-01T12:00:00"}
    assert sandbox.post(f"{path}/{number}/events", naive).status_code == 400
    assert httpx.post(f"{sandbox.url}{path}", json=body).status_code == 401
