"""Paystack for tests: what paystack.com/docs/api describes, with a state, over a socket."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplace.payments.tests.providers.fake_server import (
    Answer,
    Asked,
    FakeServer,
    Refused,
    route,
)

SECRET_KEY = "sk_test_contract"
BANK_CODE, ACCOUNT_NUMBER = "058", "0123456047"
FEE_BPS = 150
REFERENCE = set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def no(status: int, code: str, message: str) -> Refused:
    kind = "validation_error" if status == 400 else "api_error"
    return Refused(status, {"status": False, "message": message, "type": kind, "code": code})


def yes(data: Any, message: str = "Done") -> dict[str, Any]:
    return {"status": True, "message": message, "data": data}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PaystackServer(FakeServer):
    not_found = {"status": False, "message": "Route not found", "code": "route_error"}
    failed = {"status": False, "message": "An error occurred", "type": "api_error"}

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1_000)
        self.transactions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.transfers: dict[str, dict[str, Any]] = {}
        self.recipients: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.balances: dict[str, int] = {}

    def before(self, asked: Asked) -> Answer | None:
        if asked.headers.get("Authorization") != f"Bearer {SECRET_KEY}":
            return no(401, "invalid_Key", "Invalid key").answer
        return None

    # --- transactions

    @route("POST", "/transaction/initialize")
    def initialize(self, asked: Asked) -> Answer:
        wanted = asked.json
        reference = wanted["reference"]
        if "@" not in wanted.get("email", ""):
            raise no(400, "invalid_params", "Invalid Email Address Passed")
        if not str(wanted["amount"]).isdigit():
            raise no(400, "invalid_amount", "Invalid Amount Sent")
        if reference in self.transactions:
            raise no(400, "duplicate_reference", "Duplicate Transaction Reference")
        number = next(self._numbers)
        self.transactions[reference] = {
            "id": number,
            "domain": "test",
            "status": "abandoned",
            "reference": reference,
            "amount": int(wanted["amount"]),
            "currency": wanted["currency"],
            "gateway_response": "The transaction was not completed",
            "fees": None,
            "channel": "card",
            "metadata": wanted["metadata"],
            "created_at": now(),
        }
        url = f"{self.url}/checkout/{number}"
        made = {"authorization_url": url, "access_code": f"ac{number}", "reference": reference}
        return Answer(200, yes(made, "Authorization URL created"))

    @route("GET", "/transaction/verify/(?P<reference>[^/]+)")
    def verify(self, asked: Asked, reference: str) -> dict[str, Any]:
        if reference not in self.transactions:
            message = "Transaction reference not found."
            raise no(400, "transaction_not_found", message)
        return yes(self.transactions[reference], "Verification successful")

    def pay(self, reference: str, *, succeeds: bool = True, card: str = "first") -> None:
        """The buyer pays, or tries to, on the hosted page."""
        with self._lock:
            transaction = self.transactions[reference]
            if not succeeds:
                transaction |= {"status": "failed", "gateway_response": "Declined"}
                return
            fees = transaction["amount"] * FEE_BPS // 10_000
            transaction |= {
                "status": "success",
                "fees": fees,
                "gateway_response": "Successful",
                "paid_at": now(),
                "authorization": {
                    "authorization_code": f"AUTH_{transaction['id']}",
                    "channel": "card",
                    "signature": f"SIG_{card}",
                },
            }
            self._move(transaction["currency"], transaction["amount"] - fees)
            self._notify("charge.success", transaction)

    # --- refunds

    @route("POST", "/refund")
    def refund(self, asked: Asked) -> dict[str, Any]:
        wanted = asked.json
        found = [
            transaction
            for transaction in self.transactions.values()
            if str(wanted["transaction"]) in (str(transaction["id"]), transaction["reference"])
        ]
        if not found:
            raise no(404, "transaction_not_found", "Transaction not found")
        transaction, amount = found[0], int(wanted["amount"])
        taken = sum(
            refund["amount"]
            for refund in self.refunds.values()
            if refund["transaction"]["id"] == transaction["id"] and refund["status"] != "failed"
        )
        if transaction["status"] not in ("success", "reversed"):
            raise no(400, "invalid_transaction", "Transaction has not been paid")
        if taken == transaction["amount"]:
            raise no(400, "transaction_reversed", "Transaction has been fully reversed")
        if taken + amount > transaction["amount"]:
            raise no(400, "refund_amount", "Refund amount cannot be more than the amount paid")
        number = next(self._numbers)
        refund = {
            "id": number,
            "transaction": {"id": transaction["id"], "reference": transaction["reference"]},
            "amount": amount,
            "currency": wanted["currency"],
            "merchant_note": wanted["merchant_note"],
            "customer_note": "",
            "status": "pending",
            "createdAt": now(),
        }
        self.refunds[str(number)] = refund
        self._move(refund["currency"], -amount)
        if taken + amount == transaction["amount"]:
            transaction["status"] = "reversed"
        self._notify("refund.pending", refund)
        return yes(refund, "Refund has been queued for processing")

    def settle_refund(self, reference: str, status: str) -> None:
        with self._lock:
            refunds = self.refunds.values()
            refund = next(r for r in refunds if r["merchant_note"] == reference)
            refund["status"] = status
            if status == "failed":
                self._move(refund["currency"], refund["amount"])
            self._notify(f"refund.{status}", refund)

    @route("GET", "/refund/(?P<number>[^/]+)")
    def get_refund(self, asked: Asked, number: str) -> dict[str, Any]:
        if number not in self.refunds:
            raise no(404, "refund_not_found", "Refund not found")
        return yes(self.refunds[number])

    @route("GET", "/refund")
    def list_refunds(self, asked: Asked) -> dict[str, Any]:
        found = [
            refund
            for refund in self.refunds.values()
            if asked.query.get("transaction", str(refund["transaction"]["id"]))
            == str(refund["transaction"]["id"])
            and refund["createdAt"] >= asked.query.get("from", "")
        ]
        size, page = int(asked.query["perPage"]), int(asked.query["page"])
        return yes(found[(page - 1) * size : page * size])

    # --- transfers

    @route("POST", "/transferrecipient")
    def create_recipient(self, asked: Asked) -> Answer:
        wanted = asked.json
        if wanted["bank_code"] != BANK_CODE:
            raise no(400, "invalid_bank_code", "Cannot resolve account")
        code = f"RCP_{wanted['account_number']}"
        self.recipients[code] = wanted
        return Answer(201, yes({"recipient_code": code, "type": wanted["type"]}))

    @route("POST", "/transfer")
    def transfer(self, asked: Asked) -> dict[str, Any]:
        wanted = asked.json
        reference, amount = wanted["reference"], wanted["amount"]
        if len(reference) < 16 or not REFERENCE.issuperset(reference):
            raise no(400, "invalid_transfer_reference", "Invalid transfer reference")
        if reference in self.transfers:
            raise no(400, "duplicate_transfer_reference", "Please provide a unique reference")
        if wanted["recipient"] not in self.recipients:
            raise no(404, "recipient_not_found", "Recipient not found")
        if amount > self.balances.get(wanted["currency"], 0):
            raise no(400, "insufficient_balance", "Your balance is not enough")
        number = next(self._numbers)
        transfer = {
            "id": number,
            "amount": amount,
            "currency": wanted["currency"],
            "reference": reference,
            "status": "pending",
            "transfer_code": f"TRF_{number}",
            "reason": wanted["reason"],
        }
        self.transfers[reference] = transfer
        self._move(wanted["currency"], -amount)
        return yes(transfer, "Transfer has been queued")

    @route("GET", "/transfer/verify/(?P<reference>[^/]+)")
    def verify_transfer(self, asked: Asked, reference: str) -> dict[str, Any]:
        if reference not in self.transfers:
            raise no(404, "transfer_not_found", "Transfer not found")
        return yes(self.transfers[reference])

    def settle_transfer(self, reference: str, status: str) -> None:
        with self._lock:
            transfer = self.transfers[reference]
            transfer["status"] = status
            if status in ("failed", "reversed"):
                self._move(transfer["currency"], transfer["amount"])
            self._notify(f"transfer.{status}", transfer)

    # --- disputes and balance

    def open_dispute(self, reference: str) -> str:
        with self._lock:
            transaction, number = self.transactions[reference], next(self._numbers)
            dispute = {
                "id": number,
                "refund_amount": transaction["amount"],
                "currency": transaction["currency"],
                "status": "awaiting-merchant-feedback",
                "resolution": None,
                "category": "chargeback",
                "dueAt": (datetime.now(UTC) + timedelta(hours=16)).isoformat(),
                "transaction": {
                    "reference": reference,
                    "amount": transaction["amount"],
                },
            }
            self.disputes[str(number)] = dispute
            self._notify("charge.dispute.create", dispute)
            return str(number)

    def resolve_dispute(self, number: str, resolution: str) -> None:
        with self._lock:
            dispute = self.disputes[number]
            dispute |= {"status": "resolved", "resolution": resolution}
            if resolution != "declined":  # only now the money leaves
                self._move(dispute["currency"], -dispute["refund_amount"])
            self._notify("charge.dispute.resolve", self.disputes[number])

    @route("GET", "/dispute/(?P<number>[^/]+)")
    def get_dispute(self, asked: Asked, number: str) -> dict[str, Any]:
        if number not in self.disputes:
            raise no(404, "dispute_not_found", "Dispute not found")
        return yes(self.disputes[number])

    @route("GET", "/balance")
    def balance(self, asked: Asked) -> dict[str, Any]:
        return yes([{"currency": c, "balance": b} for c, b in self.balances.items()])

    def _move(self, currency: str, amount: int) -> None:
        self.balances[currency] = self.balances.get(currency, 0) + amount

    def _notify(self, kind: str, about: Mapping[str, Any]) -> None:
        body = json.dumps({"event": kind, "data": about}).encode()
        self.webhooks.append((body, sign(body, SECRET_KEY)))


def sign(body: bytes, key: str) -> dict[str, str]:
    """``x-paystack-signature``: hex HMAC-SHA512 of the raw body under the secret key."""
    return {"X-Paystack-Signature": hmac.new(key.encode(), body, hashlib.sha512).hexdigest()}
