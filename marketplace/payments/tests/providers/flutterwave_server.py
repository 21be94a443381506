"""Flutterwaves of our own, v3 and v4: the documented HTTP over a real socket, each with a state.

They refuse a wrong key, amounts that are no JSON numbers or have too many places, refunds beyond
what was collected, transfers beyond the balance, a transfer's reference that is known (v3). v3 has
no idempotency and says so with a sentence; v4 keeps X-Idempotency-Key and refuses another body
under it. Numbers are read and written as decimals.

They do not model: settlement (what is collected is at once in the ledger balance of v3 and
available in v4), fees other than 1.4 %, currency conversion, beneficiaries, approvals, rate limits,
retries of webhooks, how long v4 keeps its keys (not documented), and v4's customers, of which there
is one. That a charge takes its checkout session's reference is taken from the reference's wording.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from marketplace.core.money import exponent
from marketplace.payments.tests.providers.fake_server import (
    Answer,
    Asked,
    FakeServer,
    Refused,
    route,
)

V3_KEY = "FLWSECK-canary-v3-key-X"
CUSTOMER_EMAIL, CUSTOMER_ID = "payments@fairhold.test", "cus_canary1"
CLIENT_ID, CLIENT_SECRET = "canary-v4-client", "canary-v4-secret"
TOKEN_PREFIX = "eyJ-canary-v4-token-"
BANKS = ("044", "058")


def exact(body: Any) -> bytes:
    """JSON with decimals as bare numbers."""
    return orjson.dumps(body, default=lambda number: orjson.Fragment(str(number)))


def json_of(asked: Asked) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(asked.raw, parse_float=Decimal)
    return body


class FlutterwaveServer(FakeServer):
    """What the two have in common: buyers, books, numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.transfers: dict[str, dict[str, Any]] = {}
        self.chargebacks: dict[str, dict[str, Any]] = {}
        self.balances: dict[str, Decimal] = {}
        self.refund_endings: dict[str, str] = {}
        self._numbers = 4_000

    def move(self, currency: str, amount: Decimal) -> None:
        self.balances[currency] = self.balances.get(currency, Decimal(0)) + amount

    def amount_in(self, value: Any, currency: str) -> Decimal:
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not is_number or Decimal(value) <= 0:
            raise self.refused(400, "amount is required and must be a positive number")
        if -int(Decimal(value).normalize().as_tuple().exponent) > exponent(currency):
            raise self.refused(400, "amount has too many decimal places")
        return Decimal(value)

    def left_of(self, charge_id: str, amount: Decimal) -> Decimal:
        given = (
            Decimal(refund["amount_refunded"])
            for refund in self.refunds.values()
            if refund["of"] == charge_id and not refund["status"].startswith("failed")
        )
        return amount - sum(given, Decimal(0))

    def refused(self, status: int, message: str) -> Refused:
        raise NotImplementedError

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    @staticmethod
    def fee(amount: Decimal) -> Decimal:
        return (amount * 14 / 1000).quantize(Decimal("0.001"))

    @staticmethod
    def now() -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    @staticmethod
    def page_of(rows: list[Any], asked: Asked) -> dict[str, Any]:
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("size", 20))
        info = {"total": len(rows), "current_page": page, "total_pages": -(-len(rows) // size)}
        shown = rows[::-1][(page - 1) * size : page * size]
        return {"status": "success", "meta": {"page_info": info}, "data": shown}


class FlutterwaveV3Server(FlutterwaveServer):
    not_found = {"status": "error", "message": "Not found", "data": None}

    def refused(self, status: int, message: str) -> Refused:
        return Refused(status, {"status": "error", "message": message, "data": None})

    def before(self, asked: Asked) -> Answer | None:
        if asked.path.startswith("/pay/"):
            return None
        if asked.headers.get("Authorization") != f"Bearer {V3_KEY}":
            return Answer(401, {"status": "error", "message": "Invalid authorization key"})
        return None

    @route("POST", "/v3/payments")
    def link(self, asked: Asked) -> Any:
        body = json_of(asked)
        self.amount_in(body["amount"], body["currency"])
        if not body["customer"]["email"] or not 0 < body["session_duration"] <= 1440:
            raise self.refused(400, "customer.email is required")
        token = secrets.token_hex(8)
        self.pages[token] = body
        data = {"link": f"{self.url}/pay/{token}"}
        return {"status": "success", "message": "Hosted Link", "data": data}

    @route("POST", r"/pay/(?P<token>\w+)")
    def buyer(self, asked: Asked, token: str) -> Any:
        """The hosted page, as far as its buttons."""
        page = self.pages[token]
        transaction_id = self.number()
        status = asked.form.get("outcome", "successful")
        amount, currency = Decimal(page["amount"]), page["currency"]
        self.charges[str(transaction_id)] = {
            "id": transaction_id,
            "tx_ref": page["tx_ref"],
            "flw_ref": f"FLW{transaction_id}",
            "amount": amount,
            "charged_amount": amount,
            "app_fee": self.fee(amount),
            "currency": currency,
            "status": status,
            "processor_response": "Approved" if status == "successful" else "insufficient funds",
            "created_at": self.now(),
        }
        if status == "successful":
            self.move(
                currency, amount - self.fee(amount).quantize(places(currency), "ROUND_HALF_UP")
            )
        return {}

    @route("GET", "/v3/transactions/verify_by_reference")
    def by_reference(self, asked: Asked) -> Any:
        found = [c for c in self.charges.values() if c["tx_ref"] == asked.query["tx_ref"]]
        if not found:
            raise self.refused(400, "No transaction was found for this id")
        # The first, as it happens; which one is not documented.
        return self.said("Transaction fetched successfully", found[0])

    @route("GET", "/v3/transactions")
    def transactions(self, asked: Asked) -> Any:
        query = asked.query
        rows = [
            charge
            for charge in self.charges.values()
            if query.get("tx_ref") in (None, charge["tx_ref"])
            and query.get("status") in (None, charge["status"])
        ]
        return Answer(200, exact(self.page_of(rows, asked)))

    @route("GET", r"/v3/transactions/(?P<transaction_id>\d+)/verify")
    def verify(self, asked: Asked, transaction_id: str) -> Any:
        if transaction_id not in self.charges:
            raise self.refused(400, "No transaction was found for this id")
        return self.said("Transaction fetched successfully", self.charges[transaction_id])

    @route("POST", r"/v3/transactions/(?P<transaction_id>\d+)/refund")
    def refund(self, asked: Asked, transaction_id: str) -> Any:
        charge, body = self.charges[transaction_id], json_of(asked)
        amount = self.amount_in(body["amount"], charge["currency"])
        if self.left_of(transaction_id, charge["amount"]) < amount:
            raise self.refused(400, "The refund amount is more than the transaction amount")
        refund_id = self.number()
        status = self.refund_endings.get(body["comments"], "completed-bank-transfer")
        row = {
            "id": refund_id,
            "amount_refunded": amount,
            "status": status,
            "flw_ref": charge["flw_ref"],
            "comment": body["comments"],
            "transaction_id": charge["id"],
            "created_at": self.now(),
            "of": transaction_id,
        }
        self.refunds[str(refund_id)] = row
        if not status.startswith("failed"):
            self.move(charge["currency"], -amount)
        # As printed in the documentation: the comment is not repeated here.
        answer = {k: row[k] for k in ("id", "amount_refunded", "status", "flw_ref", "created_at")}
        return self.said("Transaction refund initiated", answer | {"tx_id": charge["id"]})

    @route("GET", r"/v3/refunds/(?P<refund_id>[^/]+)")
    def get_refund(self, asked: Asked, refund_id: str) -> Any:
        if refund_id not in self.refunds:
            raise self.refused(404, "Refund not found")
        return self.said("Refund fetched", self.refunds[refund_id])

    @route("GET", "/v3/refunds")
    def list_refunds(self, asked: Asked) -> Any:
        of = asked.query.get("id")
        rows = [refund for refund in self.refunds.values() if of in (None, refund["of"])]
        return Answer(200, exact(self.page_of(rows, asked)))

    @route("POST", "/v3/transfers")
    def transfer(self, asked: Asked) -> Any:
        body = json_of(asked)
        amount = self.amount_in(body["amount"], body["currency"])
        if any(known["reference"] == body["reference"] for known in self.transfers.values()):
            raise self.refused(400, "Transfer with that reference already exists")
        if body["account_bank"] not in BANKS or not body["account_number"].isdigit():
            raise self.refused(400, "Account resolve failed")
        if self.balances.get(body["currency"], Decimal(0)) < amount:
            raise self.refused(400, "Insufficient funds in customer wallet")
        transfer_id = self.number()
        row = {
            "id": transfer_id,
            "account_number": body["account_number"],
            "bank_code": body["account_bank"],
            "amount": amount,
            "fee": Decimal("26.875"),
            "currency": body["currency"],
            "status": "NEW",
            "reference": body["reference"],
            "complete_message": "",
            "created_at": self.now(),
        }
        self.transfers[str(transfer_id)] = row
        return self.said("Transfer Queued Successfully", row)

    def settle_transfer(self, reference: str, status: str) -> None:
        row = next(t for t in self.transfers.values() if t["reference"] == reference)
        was = row["status"]
        row["status"] = status
        row["complete_message"] = "DISBURSE FAILED" if status == "FAILED" else ""
        if status == "SUCCESSFUL":
            self.move(row["currency"], -row["amount"])
        elif was == "SUCCESSFUL":
            self.move(row["currency"], row["amount"])

    @route("GET", r"/v3/transfers/(?P<transfer_id>[^/]+)")
    def get_transfer(self, asked: Asked, transfer_id: str) -> Any:
        if transfer_id not in self.transfers:
            raise self.refused(400, "Transfer not found")
        return self.said("Transfer fetched", self.transfers[transfer_id])

    @route("GET", "/v3/transfers")
    def list_transfers(self, asked: Asked) -> Any:
        wanted = asked.query.get("reference")
        rows = [row for row in self.transfers.values() if wanted in (None, row["reference"])]
        return Answer(200, exact(self.page_of(rows, asked)))

    def open_chargeback(self, tx_ref: str) -> str:
        charge = next(c for c in self.charges.values() if c["tx_ref"] == tx_ref)
        chargeback_id = self.number()
        self.chargebacks[str(chargeback_id)] = {
            "id": chargeback_id,
            "amount": charge["amount"],
            "flw_ref": charge["flw_ref"],
            "status": "initiated",
            "stage": "new",
            "comment": "Product/service not received",
            "due_date": "2026-12-01T15:59:59.000Z",
            "transaction_id": charge["id"],
            "tx_ref": tx_ref,
        }
        self.move(charge["currency"], -charge["amount"])
        return str(chargeback_id)

    @route("GET", "/v3/chargebacks")
    def list_chargebacks(self, asked: Asked) -> Any:
        wanted = asked.query.get("id")
        rows = [row for row in self.chargebacks.values() if wanted in (None, str(row["id"]))]
        return Answer(200, exact(self.page_of(rows, asked)))

    @route("GET", "/v3/balances")
    def wallet(self, asked: Asked) -> Any:
        rows = [
            {"currency": code, "available_balance": 0, "ledger_balance": balance}
            for code, balance in self.balances.items()
        ]
        return self.said("Wallet balances fetched", rows)

    @staticmethod
    def said(message: str, data: Any) -> Answer:
        return Answer(200, exact({"status": "success", "message": message, "data": data}))


class FlutterwaveV4Server(FlutterwaveServer):
    not_found = {
        "status": "failed",
        "error": {"type": "RESOURCE_NOT_FOUND", "code": "10404", "message": "not found"},
    }

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.keys: dict[str, tuple[bytes, Answer]] = {}

    def refused(self, status: int, message: str) -> Refused:
        error = {"type": "REQUEST_NOT_VALID", "code": f"10{status}", "message": message}
        return Refused(status, {"status": "failed", "error": error})

    def before(self, asked: Asked) -> Answer | None:
        if asked.path == "/idp/token" or asked.path.startswith("/pay/"):
            return None
        given = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if given not in self.tokens:
            return self.refused(401, "unauthorized").answer
        key = asked.headers.get("X-Idempotency-Key", "")
        if asked.method == "POST" and not 12 <= len(key) <= 255:
            return self.refused(400, "the idempotency key has 12 to 255 characters").answer
        if known := self.keys.get(key):
            if known[0] != asked.raw:
                return self.refused(409, "the key was used for another request").answer
            return known[1]
        return None

    def made(self, asked: Asked, data: Any) -> Answer:
        answer = Answer(201, exact({"status": "success", "message": "created", "data": data}))
        self.keys[asked.headers["X-Idempotency-Key"]] = (asked.raw, answer)
        return answer

    @route("POST", "/idp/token")
    def token(self, asked: Asked) -> Any:
        form = asked.form
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Refused(401, {"error": "unauthorized_client"})
        token = TOKEN_PREFIX + secrets.token_hex(8)
        self.tokens.add(token)
        return {"access_token": token, "expires_in": 600, "token_type": "Bearer"}

    @route("POST", "/checkout/sessions")
    def session(self, asked: Asked) -> Any:
        body = json_of(asked)
        self.amount_in(body["amount"], body["currency"])
        if body["customer_id"] != CUSTOMER_ID or not 6 <= len(body["reference"]) <= 42:
            raise self.refused(400, "customer_id or reference is not valid")
        session_id = f"cks_{self.number()}"
        session = body | {"id": session_id, "checkout_url": f"{self.url}/pay/{session_id}"}
        self.pages[session_id] = session
        return self.made(asked, session)

    @route("GET", r"/checkout/sessions/(?P<session_id>\w+)")
    def get_session(self, asked: Asked, session_id: str) -> Any:
        return self.said(self.known(self.pages, session_id))

    @route("POST", r"/pay/(?P<session_id>\w+)")
    def buyer(self, asked: Asked, session_id: str) -> Any:
        """The checkout page, as far as its buttons."""
        session = self.pages[session_id]
        status, amount = asked.form.get("outcome", "succeeded"), Decimal(session["amount"])
        fee = self.fee(amount).quantize(places(session["currency"]), "ROUND_HALF_UP")
        charge_id = f"chg_{self.number()}"
        self.charges[charge_id] = {
            "id": charge_id,
            "reference": session["reference"],
            "amount": amount,
            "currency": session["currency"],
            "status": status,
            "fees": [{"type": "vat", "amount": 0}, {"type": "app", "amount": fee}],
            "processor_response": {
                "type": "insufficient_funds" if status == "failed" else "approved"
            },
        }
        if status == "succeeded":
            self.move(session["currency"], amount - fee)
        return {}

    @route("GET", "/charges")
    def list_charges(self, asked: Asked) -> Any:
        wanted = asked.query.get("reference")
        rows = [c for c in self.charges.values() if wanted in (None, c["reference"])]
        return Answer(200, exact(self.page_of(rows, asked)))

    @route("GET", r"/charges/(?P<charge_id>\w+)")
    def get_charge(self, asked: Asked, charge_id: str) -> Any:
        return self.said(self.known(self.charges, charge_id))

    @route("POST", "/refunds")
    def refund(self, asked: Asked) -> Any:
        body = json_of(asked)
        charge = self.known(self.charges, body["charge_id"])
        amount = self.amount_in(body["amount"], charge["currency"])
        if self.left_of(charge["id"], charge["amount"]) < amount:
            raise self.refused(400, "the amount is more than what is left")
        refund_id = f"rfd_{self.number()}"
        status = self.refund_endings.get(body["meta"]["reference"], "new")
        row = {
            "id": refund_id,
            "amount_refunded": amount,
            "meta": body["meta"],
            "reason": body["reason"],
            "status": status,
            "charge_id": charge["id"],
            "of": charge["id"],
        }
        self.refunds[refund_id] = row
        if status != "failed":
            self.move(charge["currency"], -amount)
        return self.made(asked, row)

    @route("GET", r"/refunds/(?P<refund_id>\w+)")
    def get_refund(self, asked: Asked, refund_id: str) -> Any:
        return self.said(self.known(self.refunds, refund_id))

    @route("GET", "/refunds")
    def list_refunds(self, asked: Asked) -> Any:
        return Answer(200, exact(self.page_of(list(self.refunds.values()), asked)))

    @route("POST", "/direct-transfers")
    def transfer(self, asked: Asked) -> Any:
        body = json_of(asked)
        instruction = body["payment_instruction"]
        currency, bank = instruction["destination_currency"], instruction["recipient"]["bank"]
        amount = self.amount_in(instruction["amount"]["value"], currency)
        if bank["code"] not in BANKS or not bank["account_number"].isdigit():
            raise self.refused(400, "the bank account is not valid")
        if self.balances.get(currency, Decimal(0)) < amount:
            raise self.refused(422, "insufficient balance")
        if any(known["reference"] == body["reference"] for known in self.transfers.values()):
            raise self.refused(409, "the reference was used before")
        transfer_id = f"trf_{self.number()}"
        row = {
            "id": transfer_id,
            "reference": body["reference"],
            "status": "NEW",
            "source_currency": currency,
            "destination_currency": currency,
            "amount": instruction["amount"],
        }
        self.transfers[transfer_id] = row
        return self.made(asked, row)

    def settle_transfer(self, reference: str, status: str) -> None:
        row = next(t for t in self.transfers.values() if t["reference"] == reference)
        amount = Decimal(row["amount"]["value"])
        if status == "REVERSED":
            row["reversal"] = {"initial_status": row["status"], "reconciliation_status": "REVERSED"}
            self.move(row["destination_currency"], amount)
            return
        row["status"] = status
        if status == "SUCCESSFUL":
            self.move(row["destination_currency"], -amount)

    @route("GET", r"/transfers/(?P<transfer_id>\w+)")
    def get_transfer(self, asked: Asked, transfer_id: str) -> Any:
        return self.said(self.known(self.transfers, transfer_id))

    @route("GET", "/transfers")
    def list_transfers(self, asked: Asked) -> Any:
        start = int(asked.query.get("next", 0))
        rows = list(self.transfers.values())[::-1]
        size = int(asked.query["size"])
        cursor = {"next": str(start + size), "has_more_items": start + size < len(rows)}
        return self.said({"cursor": cursor, "transfers": rows[start : start + size]})

    def open_chargeback(self, charge_id: str) -> str:
        charge = self.charges[charge_id]
        chargeback_id = f"chb_{self.number()}"
        self.chargebacks[chargeback_id] = {
            "id": chargeback_id,
            "charge_id": charge_id,
            "amount": charge["amount"],
            "status": "initiated",
            "due_datetime": "2026-12-01T15:59:59.000Z",
        }
        self.move(charge["currency"], -charge["amount"])
        return chargeback_id

    @route("GET", r"/chargebacks/(?P<chargeback_id>\w+)")
    def get_chargeback(self, asked: Asked, chargeback_id: str) -> Any:
        return self.said(self.known(self.chargebacks, chargeback_id))

    @route("GET", "/wallets/balances")
    def wallet(self, asked: Asked) -> Any:
        return self.said(
            [{"currency": code, "available_balance": b} for code, b in self.balances.items()]
        )

    @staticmethod
    def said(data: Any) -> Answer:
        return Answer(200, exact({"status": "success", "message": "fetched", "data": data}))

    def known(self, objects: Mapping[str, dict[str, Any]], object_id: str) -> dict[str, Any]:
        if object_id not in objects:
            raise Refused(404, self.not_found)
        return objects[object_id]


def places(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))


def v4_signature(body: bytes, secret: str) -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"flutterwave-signature": base64.b64encode(mac).decode()}
