"""What the payer's bank takes back: the book, the balance below zero, and what may be refunded."""

from typing import Any

import pytest

from sandbox.tests.conftest import Sandbox, wait_for


def _open(sandbox: Sandbox, payment: dict[str, Any], amount: int, **fields: Any) -> Any:
    body = {"payment_id": payment["id"], "amount": amount, "currency": payment["currency"]}
    return sandbox.post("/v1/chargebacks", {**body, **fields})


def _decide(sandbox: Sandbox, chargeback: dict[str, Any], outcome: str) -> Any:
    return sandbox.post(f"/v1/chargebacks/{chargeback['id']}/decide", {"outcome": outcome})


def _lines(sandbox: Sandbox, chargeback: dict[str, Any]) -> list[tuple[str, int]]:
    after, found = "", []
    while True:
        page = sandbox.get("/v1/balance/transactions", params={"after": after}).json()
        found += [
            (line["type"], line["amount"])
            for line in page["data"]
            if line["source_id"] == chargeback["id"]
        ]
        if not page["has_more"]:
            return found
        after = page["next_after"]


def test_one_is_opened_and_won(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 5000)
    answer = _open(sandbox, payment, 5000)
    assert answer.status_code == 201
    chargeback = answer.json()
    assert (chargeback["status"], chargeback["amount"], chargeback["fee"]) == ("open", 5000, 1500)
    assert sandbox.get(f"/v1/chargebacks/{chargeback['id']}").json() == chargeback
    assert sandbox.get(f"/v1/chargebacks?reference={ref}a").json()["data"] == [chargeback]
    won = _decide(sandbox, chargeback, "won").json()
    assert (won["status"], won["decided_at"] is not None) == ("won", True)
    assert _decide(sandbox, chargeback, "won").json() == won
    assert _lines(sandbox, chargeback) == [
        ("chargeback", -5000),
        ("chargeback_fee", -1500),
        ("chargeback_return", 5000),
    ]
    said = ["payment.succeeded", "chargeback.opened", "chargeback.won"]
    wait_for(lambda: sorted(sandbox.listener.types(ref + "a")) == sorted(said))


def test_it_may_take_the_balance_below_zero(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 1000, currency="AUD")
    _open(sandbox, payment, 1000)
    assert sandbox.balance("AUD")["amount"] == -1500
    assert sandbox.payout(ref + "p", 1, "AUD").json()["error"]["code"] == "insufficient_balance"


def test_what_is_charged_back_is_not_refunded_as_well(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 5000)
    chargeback = _open(sandbox, payment, 3000, fee=0).json()
    answer = sandbox.refund(payment, 2001, ref + "r")
    assert answer.json()["error"]["code"] == "refund_exceeds_payment"
    _decide(sandbox, chargeback, "lost")
    assert sandbox.refund(payment, 2001, ref + "r").status_code == 422
    assert sandbox.refund(payment, 2000, ref + "r").status_code == 201


def test_a_lost_one_may_still_be_won_and_never_the_other_way(sandbox: Sandbox, ref: str) -> None:
    chargeback = _open(sandbox, sandbox.paid(ref + "a", 5000), 5000).json()
    assert _decide(sandbox, chargeback, "lost").json()["status"] == "lost"
    assert _decide(sandbox, chargeback, "won").json()["status"] == "won"
    answer = _decide(sandbox, chargeback, "lost")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "chargeback_decided")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"currency": "USD"}, 422, "currency_mismatch"),
        ({"payment_id": "pay_nobody"}, 404, "not_found"),
        ({"amount": 5001}, 422, "chargeback_exceeds_payment"),
        ({"amount": 0}, 400, "parameter_invalid"),
    ],
)
def test_a_wrong_one_changes_nothing(
    sandbox: Sandbox, ref: str, change: dict[str, Any], status: int, code: str
) -> None:
    payment = sandbox.paid(ref + "a", 5000)
    answer = _open(sandbox, payment, **{"amount": 10, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert sandbox.get(f"/v1/chargebacks?reference={ref}a").json()["data"] == []


def test_the_book_agrees(sandbox: Sandbox, ref: str) -> None:
    for outcome in ("won", "lost"):
        payment = sandbox.paid(ref + outcome, 5000)
        _decide(sandbox, _open(sandbox, payment, 4000).json(), outcome)
    assert "chargebacks" in sandbox.check()
