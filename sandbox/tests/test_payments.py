"""Payments: strict input, one effect per key and reference, one outcome."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from sandbox.tests.conftest import Sandbox, wait_for

GOOD: dict[str, Any] = {"amount": 1200, "currency": "EUR", "reference": "never-stored"}


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic test-key", "Bearer"])
def test_a_caller_without_the_key_is_refused(sandbox: Sandbox, header: str) -> None:
    answer = httpx.get(f"{sandbox.url}/v1/balance", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"amount": 12.0}, "amount"),
        ({"amount": "1200"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 10**15}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "ZZZ"}, "currency"),
        ({"reference": "a b"}, "reference"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 101}, "reference"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "ftp://shop.test/"}, "return_url"),
        ({"return_url": "https://user:pw@shop.test/"}, "return_url"),
        ({"return_url": "https://shop.test/\r\nSet-Cookie: a=b"}, "return_url"),
        ({"return_url": 'https://shop.test/"><script>'}, "return_url"),
        ({"return_url": "//shop.test/"}, "return_url"),
        ({"metadata": {"order": 7}}, "metadata"),
        ({"description": "a\0b"}, "description"),
        ({"amonut": 5}, "amonut"),
    ],
)
def test_wrong_input_names_the_field_and_stores_nothing(
    sandbox: Sandbox, change: dict[str, Any], param: str
) -> None:
    answer = sandbox.post("/v1/payments", {**GOOD, **change})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert sandbox.get("/v1/payments?reference=never-stored").json()["data"] == []


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(sandbox: Sandbox, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = sandbox.client.post("/v1/payments", content=raw, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "body_invalid"


def test_a_misspelt_filter_is_refused_instead_of_ignored(sandbox: Sandbox) -> None:
    assert sandbox.get("/v1/payments?refrence=a").status_code == 400


def test_the_same_key_and_body_replay_the_first_answer(sandbox: Sandbox, ref: str) -> None:
    body = {**GOOD, "reference": ref + "a"}
    first = sandbox.post("/v1/payments", body, key=ref)
    again = sandbox.post("/v1/payments", dict(reversed(body.items())), key=ref)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(sandbox: Sandbox, ref: str) -> None:
    sandbox.post("/v1/payments", {**GOOD, "reference": ref + "a"}, key=ref)
    answer = sandbox.post("/v1/payments", {**GOOD, "reference": ref + "b"}, key=ref)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert sandbox.get(f"/v1/payments?reference={ref}b").json()["data"] == []


def test_a_refused_request_does_not_use_up_its_key(sandbox: Sandbox, ref: str) -> None:
    body = {**GOOD, "reference": ref + "a"}
    assert sandbox.post("/v1/payments", {**body, "amount": 0}, key=ref).status_code == 400
    assert sandbox.post("/v1/payments", body, key=ref).status_code == 201


def test_thirty_identical_requests_at_once_make_one_payment(sandbox: Sandbox, ref: str) -> None:
    body = {**GOOD, "reference": ref + "a"}
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: sandbox.post("/v1/payments", body, key=ref), range(30)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


def test_a_reference_belongs_to_one_payment(sandbox: Sandbox, ref: str) -> None:
    sandbox.payment(ref + "a")
    answer = sandbox.post("/v1/payments", {**GOOD, "reference": ref + "a"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "reference_already_used"


def test_a_payment_is_found_by_id_and_by_reference(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a", metadata={"order": "7"})
    assert payment["status"] == "requires_payment"
    assert sandbox.get(f"/v1/payments/{payment['id']}").json() == payment
    assert sandbox.get(f"/v1/payments?reference={ref}a").json()["data"] == [payment]
    assert sandbox.get("/v1/payments/pay_nobody").status_code == 404


def test_a_list_pages_without_repeating(sandbox: Sandbox, ref: str) -> None:
    made = [sandbox.payment(f"{ref}{number}")["id"] for number in range(3)]
    first = sandbox.get("/v1/payments?limit=2").json()
    assert first["has_more"]
    second = sandbox.get(f"/v1/payments?limit=2&after={first['next_after']}").json()
    seen = [row["id"] for row in first["data"] + second["data"]]
    assert len(set(seen)) == len(seen)
    assert set(made) & set(seen)


def test_paying_captures_once_and_tells_the_platform(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 7000)
    assert payment["status"] == "succeeded"
    assert payment["captured_at"]
    told = wait_for(lambda: sandbox.listener.about(ref + "a"))
    assert [one.body["type"] for one in told] == ["payment.succeeded"]
    assert told[0].body["data"] == payment


def test_twenty_presses_at_once_capture_once(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a", 300, currency="SEK")
    with ThreadPoolExecutor(20) as pool:
        presses = list(pool.map(lambda _: sandbox.press(payment["id"]), range(20)))
    assert {press.status_code for press in presses} == {303}
    assert sandbox.balance("SEK")["amount"] == 300
    wait_for(lambda: sandbox.listener.about(ref + "a"))
    assert len(sandbox.get(f"/v1/events?reference={ref}a").json()["data"]) == 1


def test_pay_against_decline_at_once_has_one_outcome(sandbox: Sandbox, ref: str) -> None:
    for number in range(5):
        payment = sandbox.payment(f"{ref}{number}")
        with ThreadPoolExecutor(2) as pool:
            pool.map(sandbox.press, [payment["id"]] * 2, ["pay", "decline"])
        assert len(sandbox.get(f"/v1/events?reference={ref}{number}").json()["data"]) == 1


def test_declining_takes_nothing(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a", currency="NOK")
    press = sandbox.press(payment["id"], "decline")
    assert press.status_code == 303
    payment = sandbox.get(f"/v1/payments/{payment['id']}").json()
    assert (payment["status"], payment["failure_code"]) == ("declined", "declined_by_payer")
    assert sandbox.balance("NOK")["amount"] == 0
    wait_for(lambda: sandbox.listener.types(ref + "a") == ["payment.declined"])


def test_cancelling_twice_is_cancelling_once(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a")
    first = sandbox.post(f"/v1/payments/{payment['id']}/cancel")
    second = sandbox.post(f"/v1/payments/{payment['id']}/cancel")
    assert first.status_code == second.status_code == 200
    assert second.json()["status"] == "cancelled"
    assert second.json()["cancellation_reason"] == "requested"
    assert sandbox.press(payment["id"]).status_code == 409
    assert len(sandbox.get(f"/v1/events?reference={ref}a").json()["data"]) == 1


def test_a_paid_payment_cannot_be_cancelled(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a")
    answer = sandbox.post(f"/v1/payments/{payment['id']}/cancel")
    assert answer.status_code == 409
    assert sandbox.get(f"/v1/payments/{payment['id']}").json() == payment


def test_an_unpaid_payment_expires(sandbox: Sandbox, ref: str) -> None:
    import psycopg

    payment = sandbox.payment(ref + "a")
    with psycopg.connect(sandbox.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE provider_payment SET due_at = now() - interval '1 second' WHERE id = %s",
            [payment["id"]],
        )
    wait_for(lambda: sandbox.listener.types(ref + "a") == ["payment.cancelled"])
    page = sandbox.get(f"/pay/{payment['id']}")
    assert "Expired" in page.text
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["cancellation_reason"] == "expired"
