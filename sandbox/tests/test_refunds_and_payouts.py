"""Refunds and payouts: never more than there is, settled later, and the book agrees."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from sandbox.tests.conftest import Sandbox, payout_body, wait_for

INSERT_LINE = """
    INSERT INTO provider_balancetransaction
    SELECT max(position) + {step}, 'payment', 'pay_x', 'x', '{currency}', {amount_minor},
           {after_minor}, now()
      FROM provider_balancetransaction
"""


def _status(sandbox: Sandbox, path: str, status: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        thing = sandbox.get(path).json()
        return thing if thing["status"] == status else None

    return wait_for(reached)


def test_a_refund_is_pending_then_succeeds(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 1000)
    answer = sandbox.refund(payment, 400, ref + "r")
    assert answer.status_code == 201
    refund = answer.json()
    assert refund["status"] == "pending"
    settled = _status(sandbox, f"/v1/refunds/{refund['id']}", "succeeded")
    assert sandbox.get(f"/v1/refunds?reference={ref}r").json()["data"] == [settled]
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["amount_refunded"] == 400
    wait_for(lambda: sandbox.listener.types(ref + "r") == ["refund.succeeded"])


def test_refunds_never_exceed_the_capture(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 100)
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda n: sandbox.refund(payment, 30, f"{ref}r{n}").status_code, range(10))
        )
    assert sorted(answers) == [201] * 3 + [422] * 7
    assert sandbox.refund(payment, 11, ref + "over").json()["error"]["code"] == (
        "refund_exceeds_payment"
    )
    assert sandbox.refund(payment, 10, ref + "rest").status_code == 201


def test_a_missing_refund_amount_is_not_read_as_all(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 100)
    body = {"payment_id": payment["id"], "currency": "EUR", "reference": ref + "r"}
    assert sandbox.post("/v1/refunds", body).json()["error"]["param"] == "amount"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"currency": "USD"}, 422, "currency_mismatch"),
        ({"payment_id": "pay_nobody"}, 404, "not_found"),
        ({"amount": 5001}, 422, "refund_exceeds_payment"),
        ({"reason": "x"}, 400, "parameter_unknown"),
    ],
)
def test_a_wrong_refund_changes_nothing(
    sandbox: Sandbox, ref: str, change: dict[str, Any], status: int, code: str
) -> None:
    payment = sandbox.paid(ref + "a")
    body = {"payment_id": payment["id"], "amount": 10, "currency": "EUR", "reference": ref + "r"}
    answer = sandbox.post("/v1/refunds", {**body, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert sandbox.get(f"/v1/payments/{payment['id']}").json() == payment
    assert sandbox.get(f"/v1/refunds?reference={ref}r").json()["data"] == []


def test_an_unpaid_payment_cannot_be_refunded(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.payment(ref + "a")
    answer = sandbox.refund(payment, 10, ref + "r")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "payment_not_refundable"


def test_a_failed_refund_can_be_made_again(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("refunds", "fail", ref + "first", code="card_expired")
    payment = sandbox.paid(ref + "a", 100)
    refund = sandbox.refund(payment, 100, ref + "first").json()
    assert refund["failure_code"] is None
    failed = _status(sandbox, f"/v1/refunds/{refund['id']}", "failed")
    assert failed["failure_code"] == "card_expired"
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["amount_refunded"] == 0
    assert sandbox.refund(payment, 100, ref + "second").status_code == 201


def test_payouts_never_exceed_the_balance(sandbox: Sandbox, ref: str) -> None:
    sandbox.paid(ref + "a", 100, currency="CHF")
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda n: sandbox.payout(f"{ref}{n}", 40, "CHF").status_code, range(10))
        )
    assert sorted(answers) == [201] * 2 + [422] * 8
    wait_for(lambda: sandbox.balance("CHF")["amount"] == 20)
    assert sandbox.balance("CHF")["reserved"] == 0


def test_refunds_and_payouts_share_one_balance(sandbox: Sandbox, ref: str) -> None:
    payment = sandbox.paid(ref + "a", 100, currency="DKK")
    assert sandbox.payout(ref + "p", 80, "DKK").status_code == 201
    answer = sandbox.refund(payment, 30, ref + "r")
    assert answer.json()["error"]["code"] == "insufficient_balance"
    assert sandbox.get(f"/v1/payments/{payment['id']}").json()["amount_refunded"] == 0


def test_a_payout_is_paid_and_shows_only_the_last_four(sandbox: Sandbox, ref: str) -> None:
    sandbox.paid(ref + "a", 100)
    payout = sandbox.payout(ref + "p", 100).json()
    assert payout["status"] == "pending"
    assert payout["destination"] == {
        "account_holder": "Account holder",
        "type": "iban",
        "last4": "3000",
    }
    _status(sandbox, f"/v1/payouts/{payout['id']}", "paid")
    wait_for(lambda: sandbox.listener.types(ref + "p") == ["payout.paid"])


def test_a_failed_payout_gives_the_money_back(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payouts", "fail", ref)
    sandbox.paid(ref + "a", 100, currency="PLN")
    payout = sandbox.payout(ref + "p", 100, "PLN").json()
    assert sandbox.balance("PLN")["available"] == 0
    _status(sandbox, f"/v1/payouts/{payout['id']}", "failed")
    assert sandbox.balance("PLN")["available"] == 100


def test_a_paid_payout_can_come_back(sandbox: Sandbox, ref: str) -> None:
    sandbox.order("payouts", "return", ref, delay_seconds=0.2, code="account_closed")
    sandbox.paid(ref + "a", 100, currency="CZK")
    payout = sandbox.payout(ref + "p", 100, "CZK").json()
    returned = _status(sandbox, f"/v1/payouts/{payout['id']}", "returned")
    assert returned["failure_code"] == "account_closed"
    wait_for(lambda: sandbox.listener.types(ref + "p") == ["payout.paid", "payout.returned"])
    assert sandbox.balance("CZK")["amount"] == 100


@pytest.mark.parametrize(
    "destination",
    [
        None,
        {"account_holder": "Account holder"},
        {"account_holder": "Account holder", "iban": "DE88370400440532013000"},
        {"account_holder": "Account holder", "account_number": "1"},
        {
            "account_holder": "Account holder",
            "account_number": "12345",
            "iban": "DE89370400440532013000",
        },
        {"iban": "DE89370400440532013000"},
        {"account_holder": "Account holder", "account_number": "12345", "pin": "1"},
        "DE89370400440532013000",
    ],
)
def test_a_wrong_destination_is_refused(sandbox: Sandbox, ref: str, destination: Any) -> None:
    answer = sandbox.post("/v1/payouts", {**payout_body(ref + "p"), "destination": destination})
    assert answer.status_code == 400
    assert sandbox.get(f"/v1/payouts?reference={ref}p").json()["data"] == []


def test_the_book_pages_without_a_gap_while_it_is_written(sandbox: Sandbox, ref: str) -> None:
    payments = [sandbox.payment(f"{ref}{number}", 10, currency="HUF") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        pressing = [pool.submit(sandbox.press, payment["id"]) for payment in payments]
        lines, after = [], ""
        while True:
            all_pressed = all(press.done() for press in pressing)
            query = {"limit": "5", **({"after": after} if after else {})}
            page = sandbox.get("/v1/balance/transactions", params=query).json()
            lines += page["data"]
            after = page["next_after"] or after
            if all_pressed and not page["data"]:
                break
    numbers = [int(line["id"].removeprefix("txn_")) for line in lines]
    assert numbers == list(range(1, len(numbers) + 1))
    ours = [line for line in lines if line["reference"].startswith(ref)]
    assert {line["source_id"] for line in ours} == {payment["id"] for payment in payments}
    assert [line["balance_after"] for line in ours] == list(range(10, 250, 10))


@pytest.mark.parametrize("after", ["x", "txn_", "txn_1e3", "txn_-1"])
def test_a_cursor_that_is_none_is_refused(sandbox: Sandbox, after: str) -> None:
    assert sandbox.get("/v1/balance/transactions", params={"after": after}).status_code == 400


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE provider_balancetransaction SET amount_minor = amount_minor + 1",
        "DELETE FROM provider_balancetransaction",
        "TRUNCATE provider_balancetransaction",
        INSERT_LINE.format(step=1, currency="EUR", amount_minor=5, after_minor=1),
        INSERT_LINE.format(step=2, currency="XXX", amount_minor=5, after_minor=5),
        INSERT_LINE.format(step=1, currency="XXX", amount_minor=-5, after_minor=-5),
        "UPDATE provider_balance SET reserved_minor = -1 WHERE currency = 'EUR'",
    ],
)
def test_the_database_itself_refuses_a_false_book(
    sandbox: Sandbox, ref: str, statement: str
) -> None:
    sandbox.paid(ref + "a")
    with psycopg.connect(sandbox.database_url) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_the_check_finds_a_balance_that_was_tampered_with(sandbox: Sandbox, ref: str) -> None:
    sandbox.paid(ref + "a", 100, currency="ISK")
    sandbox.check()
    change = "UPDATE provider_balance SET amount_minor = amount_minor + %s WHERE currency = 'ISK'"
    with psycopg.connect(sandbox.database_url, autocommit=True) as connection:
        connection.execute(change, [1])
        check = sandbox.run("check")
        output = check.communicate(timeout=60)[0].decode()
        connection.execute(change, [-1])
    assert check.returncode == 1
    assert "BAD  balances are the sums of their lines" in output
    sandbox.check()
