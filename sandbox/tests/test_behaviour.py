"""Ordered behaviour: everything that can go wrong with a provider, on demand."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from sandbox.tests.conftest import Sandbox, payout_body, wait_for


def _by_reference(sandbox: Sandbox, kind: str, reference: str) -> list[dict[str, Any]]:
    return sandbox.get(f"/v1/{kind}", params={"reference": reference}).json()["data"]


def test_an_order_is_listed_and_deleted(sandbox: Sandbox, ref: str) -> None:
    order = sandbox.order("payments", "decline", ref, next=3)
    assert order in sandbox.get("/v1/behaviour").json()["data"]
    assert sandbox.client.delete(f"/v1/behaviour/{order['id']}").status_code == 200
    assert order not in sandbox.get("/v1/behaviour").json()["data"]
    assert sandbox.client.delete(f"/v1/behaviour/{order['id']}").status_code == 404
    sandbox.order("payments", "decline", ref)
    cleared = sandbox.client.delete("/v1/behaviour", params={"reference_prefix": ref})
    assert cleared.json() == {"deleted": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "payments"},
        {"kind": "planets", "action": "success"},
        {"kind": "payments", "action": "return"},
        {"kind": "webhooks", "action": "timeout"},
        {"kind": "payments", "action": "timeout", "delay_seconds": 61},
        {"kind": "payments", "action": "timeout", "delay_seconds": "1"},
        {"kind": "payments", "action": "decline", "next": 0},
        {"kind": "webhooks", "action": "duplicate", "copies": 1},
        {"kind": "webhooks", "action": "duplicate", "code": "x"},
        {"kind": "payments", "action": "decline", "prefix": "x"},
    ],
)
def test_a_wrong_order_is_refused(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert sandbox.post("/v1/behaviour", body).status_code == 400


def test_only_matching_references_are_declined(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payments", "decline", ref + "bad", code="insufficient_funds")
    declined = sandbox.paid(ref + "bad-1")
    assert (declined["status"], declined["failure_code"]) == ("declined", "insufficient_funds")
    assert sandbox.paid(ref + "good-1")["status"] == "succeeded"


def test_the_longer_prefix_wins(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payments", "success", ref + "vip")
    sandbox.order("payments", "decline", ref)
    assert sandbox.paid(ref + "vip-1")["status"] == "succeeded"
    assert sandbox.paid(ref + "1")["status"] == "declined"


def test_the_next_three_are_exactly_three_under_load(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payments", "decline", ref, next=3)
    payments = [sandbox.payment(f"{ref}{number}") for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda payment: sandbox.press(payment["id"]), payments))
    statuses = [sandbox.get(f"/v1/payments/{one['id']}").json()["status"] for one in payments]
    assert sorted(statuses) == ["declined"] * 3 + ["succeeded"] * 9


def test_a_slow_bank_captures_later(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payments", "delay", ref, delay_seconds=0.3)
    payment = sandbox.paid(ref + "a")
    assert payment["status"] == "processing"
    assert sandbox.post(f"/v1/payments/{payment['id']}/cancel").status_code == 409
    wait_for(lambda: sandbox.listener.types(ref + "a") == ["payment.succeeded"])


KINDS = ["payments", "refunds", "payouts"]


def _make(sandbox: Sandbox, kind: str, ref: str, key: str) -> httpx.Response:
    payment = sandbox.paid(ref.replace(":", "-base:"), 500)
    bodies: dict[str, dict[str, Any]] = {
        "payments": {"amount": 100, "currency": "EUR", "reference": ref},
        "refunds": {
            "payment_id": payment["id"],
            "amount": 100,
            "currency": "EUR",
            "reference": ref,
        },
        "payouts": payout_body(ref, 100),
    }
    return sandbox.post(f"/v1/{kind}", bodies[kind], key=key, timeout=5)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_after_acting_is_resolved_by_the_same_key(
    sandbox: Sandbox, ref: str, kind: str
) -> None:
    sandbox.order(kind, "error", ref, next=1)
    payment = sandbox.paid(ref.replace(":", "-base:"), 500)
    body: dict[str, Any] = {"amount": 100, "currency": "EUR", "reference": ref}
    if kind == "refunds":
        body["payment_id"] = payment["id"]
    if kind == "payouts":
        body = payout_body(ref, 100)
    answer = sandbox.post(f"/v1/{kind}", body, key=ref)
    assert answer.status_code == 500
    (made,) = _by_reference(sandbox, kind, ref)
    retried = sandbox.post(f"/v1/{kind}", body, key=ref)
    assert retried.status_code == 201
    assert retried.json()["id"] == made["id"]
    assert len(_by_reference(sandbox, kind, ref)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_unavailable_means_that_nothing_happened(sandbox: Sandbox, ref: str, kind: str) -> None:
    sandbox.order(kind, "unavailable", ref, next=1)
    answer = _make(sandbox, kind, ref, ref)
    assert answer.status_code == 503
    assert _by_reference(sandbox, kind, ref) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_dropped_connection_after_acting_leaves_the_outcome_unknown(
    sandbox: Sandbox, ref: str, kind: str
) -> None:
    sandbox.order(kind, "drop", ref, next=1)
    with pytest.raises(httpx.TransportError):
        _make(sandbox, kind, ref, ref)
    assert len(_by_reference(sandbox, kind, ref)) == 1


def test_a_timeout_acts_and_never_answers(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payments", "timeout", ref, delay_seconds=1, next=1)
    body = {"amount": 100, "currency": "EUR", "reference": ref}
    with pytest.raises(httpx.ReadTimeout):
        sandbox.post("/v1/payments", body, key=ref, timeout=0.3)
    assert len(_by_reference(sandbox, "payments", ref)) == 1
    assert sandbox.post("/v1/payments", body, key=ref).status_code == 201


def test_a_slow_answer_is_slow_and_right(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payments", "slow", ref, delay_seconds=0.4)
    started = time.monotonic()
    sandbox.payment(ref)
    assert time.monotonic() - started >= 0.4


def test_a_duplicate_webhook_has_one_event_id(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("webhooks", "duplicate", ref, copies=3)
    sandbox.paid(ref)
    wait_for(lambda: len(sandbox.listener.about(ref)) == 3)
    assert len({one.body["id"] for one in sandbox.listener.about(ref)}) == 1


def test_a_late_webhook_comes_late(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("webhooks", "late", ref, delay_seconds=0.6)
    started = time.monotonic()
    sandbox.paid(ref)
    wait_for(lambda: sandbox.listener.about(ref))
    assert time.monotonic() - started >= 0.5


def test_a_reordered_webhook_comes_after_the_next_one(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("webhooks", "reordered", ref, next=1, delay_seconds=30)
    sandbox.order("payouts", "return", ref, delay_seconds=0.1)
    sandbox.paid(ref.replace(":", "-base:"), 100)
    sandbox.payout(ref, 100)
    wait_for(lambda: len(sandbox.listener.about(ref)) == 2)
    assert sandbox.listener.types(ref) == ["payout.returned", "payout.paid"]


def test_a_refund_can_be_told_before_its_payment(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("webhooks", "reordered", ref + "pay", next=1, delay_seconds=30)
    payment = sandbox.paid(ref + "pay", 100)
    sandbox.refund(payment, 100, ref + "refund")
    both = (ref + "pay", ref + "refund")
    wait_for(lambda: len(sandbox.listener.types(*both)) == 2)
    assert sandbox.listener.types(*both) == ["refund.succeeded", "payment.succeeded"]


def test_a_contradiction_follows_while_the_state_stays(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("webhooks", "contradictory", ref, delay_seconds=0.1)
    payment = sandbox.paid(ref)
    wait_for(lambda: len(sandbox.listener.about(ref)) == 2)
    assert sandbox.listener.types(ref) == ["payment.succeeded", "payment.declined"]
    assert sandbox.listener.about(ref)[1].body["data"]["status"] == "declined"
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["status"] == "succeeded"


def test_a_lost_webhook_is_only_found_by_asking(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("webhooks", "lost", ref)
    sandbox.paid(ref)
    time.sleep(0.3)
    assert sandbox.listener.about(ref) == []
    assert _by_reference(sandbox, "payments", ref)[0]["status"] == "succeeded"


def test_a_forged_webhook_carries_a_wrong_signature(sandbox: Sandbox, ref: str) -> None:
    from sandbox.tests.conftest import SECRETS
    from sandbox.tests.test_webhooks import _is_signed_by

    sandbox.order("webhooks", "forged", ref)
    sandbox.paid(ref)
    one = wait_for(lambda: sandbox.listener.about(ref))[0]
    assert not any(_is_signed_by(one, secret) for secret in SECRETS)


def test_the_books_agree_after_all_of_it(sandbox: Sandbox, ref: str) -> None:
    sandbox.paid(ref)
    assert "BAD" not in sandbox.check()
