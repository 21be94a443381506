"""A PayPal of our own: the documented REST over a real socket, with a state and a certificate.

It refuses what PayPal refuses: a wrong or expired token, amounts with the wrong places, a capture
without approval or a second one, refunds beyond what was captured, a known ``sender_batch_id``,
payouts beyond the balance, search windows over 31 days. Dispute outcomes, declines, pending
captures and payout endings are ordered by the test.

It does not model: PayPal's own retries of webhooks, rate limits, other intents than CAPTURE,
currency conversion, fees other than 3 % + 0.30, the delay of disbursement (all money counts as the
balance), buyers' accounts, batches with several items. Whether PayPal answers a reused
PayPal-Request-Id with another body as here (422) is not documented.
"""

import base64
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketplace.payments.tests.providers.fake_server import (
    Answer,
    Asked,
    FakeServer,
    Refused,
    route,
)
from marketplace.payments.tests.providers.paypal_certificates import Signer

CLIENT_ID, CLIENT_SECRET = "canary-client-id", "canary-client-secret"
TOKEN_PREFIX = "A21AA-canary-"
WHOLE_CURRENCIES = ("HUF", "JPY", "TWD")
CURRENCIES = ("EUR", "USD", "GBP", *WHOLE_CURRENCIES)


def problem(status: int, name: str, issue: str = "", **detail: Any) -> Refused:
    body = {"name": name, "message": name.lower(), "debug_id": secrets.token_hex(6)}
    details = [{"issue": issue, "description": issue.lower(), **detail}] if issue or detail else []
    return Refused(status, body | {"details": details})


class PayPalServer(FakeServer):
    not_found = {"name": "RESOURCE_NOT_FOUND", "message": "not found", "debug_id": "0"}

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.tokens_given = 0
        self.orders: dict[str, dict[str, Any]] = {}
        self.captures: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.transactions: list[dict[str, Any]] = []
        self.declines: set[str] = set()
        self.pending: set[str] = set()
        self.refund_endings: dict[str, str] = {}
        self.keys: dict[tuple[str, str], tuple[bytes, Answer]] = {}
        self.signers = {name: Signer(name) for name in ("old", "new")}
        self._moment = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=50)
        self._numbers = 0

    # --- what a test makes happen

    def open_account(self, **balances: str) -> None:
        """Money that was there before."""
        for currency, value in balances.items():
            self._move("T0300", Decimal(value), currency)

    def revoke_tokens(self) -> None:
        self.tokens.clear()

    def approve(
        self,
        order_id: str,
        *,
        declined: bool = False,
        pending: bool = False,
        payer_id: str = "QYR5Z8XDVJNXQ",
    ) -> None:
        """What the buyer does on PayPal's page; a declined card shows at the capture only."""
        self.orders[order_id] |= {"status": "APPROVED", "payer": {"payer_id": payer_id}}
        if declined:
            self.declines.add(order_id)
        if pending:
            self.pending.add(order_id)

    def complete_capture(self, order_id: str, status: str = "COMPLETED") -> None:
        capture = self._capture_of(order_id)
        capture["status"] = status
        if status == "COMPLETED":
            self._settle(capture, order_id)

    def settle_batch(self, reference: str, status: str) -> None:
        batch = self._batch(reference)
        item = batch["items"][0]
        amount, was = item["payout_item"]["amount"], item["transaction_status"]
        item["transaction_status"] = status
        batch["batch_header"]["batch_status"] = "SUCCESS"
        if status == "SUCCESS":
            self._move("T0001", -Decimal(amount["value"]), amount["currency"], custom=reference)
        elif was == "SUCCESS":
            self._move("T1115", Decimal(amount["value"]), amount["currency"], custom=reference)

    def open_dispute(self, order_id: str) -> str:
        capture = self._capture_of(order_id)
        dispute_id = self._new("PP-D")
        self.disputes[dispute_id] = {
            "dispute_id": dispute_id,
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": "WAITING_FOR_SELLER_RESPONSE",
            "dispute_life_cycle_stage": "CHARGEBACK",
            "dispute_amount": capture["amount"],
            "disputed_transactions": [{"seller_transaction_id": capture["id"]}],
            "seller_response_due_date": "2026-12-01T00:00:00.000Z",
        }
        self._move(
            "T1110", -Decimal(capture["amount"]["value"]), capture["amount"]["currency_code"]
        )
        return dispute_id

    def close_dispute(self, dispute_id: str, outcome_code: str) -> None:
        dispute = self.disputes[dispute_id]
        dispute["status"] = "RESOLVED"
        dispute["dispute_outcome"] = {"outcome_code": outcome_code}
        if outcome_code != "RESOLVED_BUYER_FAVOUR":
            amount = dispute["dispute_amount"]
            self._move("T1111", Decimal(amount["value"]), amount["currency_code"])

    def event(self, event_type: str, resource: Mapping[str, Any]) -> bytes:
        event = {"id": self._new("WH-"), "event_type": event_type, "resource": dict(resource)}
        return json.dumps(event | {"event_version": "1.0"}).encode()

    def headers(self, body: bytes, at: datetime, signer: str = "new") -> dict[str, str]:
        url = f"{self.url}/v1/notifications/certs/CERT-{signer}"
        return self.signers[signer].headers(body, at, url)

    # --- HTTP

    def before(self, asked: Asked) -> Answer | None:
        open_paths = ("/v1/oauth2/token", "/v1/notifications/certs/", "/checkoutnow")
        if asked.path.startswith(open_paths):
            return None
        given = asked.headers.get("Authorization", "").removeprefix("Bearer ")
        if given not in self.tokens:
            return Answer(401, {"error": "invalid_token", "error_description": "not valid"})
        return self._replayed(asked)

    def _replayed(self, asked: Asked) -> Answer | None:
        # PayPal-Request-Id has been seen not to keep payouts single.
        key = asked.headers.get("PayPal-Request-Id", "")
        if asked.method != "POST" or not key or "payouts" in asked.path:
            return None
        known = self.keys.get((asked.path, key))
        if known is None:
            return None
        if known[0] != asked.raw:
            return Answer(
                422, problem(422, "UNPROCESSABLE_ENTITY", "DUPLICATE_REQUEST_ID").answer.body
            )
        return known[1]

    def _keep(self, asked: Asked, status: int, body: Any) -> Answer:
        # Kept as it was answered: what happens later is asked, not replayed.
        answer = Answer(status, json.loads(json.dumps(body)))
        if key := asked.headers.get("PayPal-Request-Id"):
            self.keys[asked.path, key] = (asked.raw, answer)
        return answer

    @route("POST", "/v1/oauth2/token")
    def token(self, asked: Asked) -> Any:
        given = asked.headers.get("Authorization", "").removeprefix("Basic ")
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if given != expected or asked.form.get("grant_type") != "client_credentials":
            raise Refused(401, {"error": "invalid_client", "error_description": "failed"})
        token = TOKEN_PREFIX + secrets.token_hex(12)
        self.tokens.add(token)
        self.tokens_given += 1
        return {"access_token": token, "token_type": "Bearer", "expires_in": 32_400}

    @route("GET", r"/v1/notifications/certs/CERT-(?P<name>\w+)")
    def certificate(self, asked: Asked, name: str) -> Any:
        if name not in self.signers:
            raise Refused(404, self.not_found)
        return Answer(200, self.signers[name].pem)

    @route("POST", "/v2/checkout/orders")
    def create_order(self, asked: Asked) -> Any:
        body = asked.json
        unit = body["purchase_units"][0]
        if body["intent"] != "CAPTURE" or len(body["purchase_units"]) != 1:
            raise problem(422, "UNPROCESSABLE_ENTITY", "NOT_MODELLED")
        self._check_amount(unit["amount"], "currency_code")
        if unit["payment_instruction"]["disbursement_mode"] not in ("INSTANT", "DELAYED"):
            raise problem(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE")
        order_id = self._new("ORD")
        links = [
            {"rel": "self", "href": f"{self.url}/v2/checkout/orders/{order_id}"},
            {"rel": "payer-action", "href": f"{self.url}/checkoutnow?token={order_id}"},
        ]
        self.orders[order_id] = {
            "id": order_id,
            "status": "PAYER_ACTION_REQUIRED",
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "links": links,
        }
        return self._keep(asked, 201, self.orders[order_id])

    @route("POST", "/checkoutnow")
    def buyer(self, asked: Asked) -> Any:
        """PayPal's page, as far as its buttons."""
        order_id = asked.query["token"]
        if order_id not in self.orders:
            raise Refused(404, self.not_found)
        self.approve(order_id, declined=asked.form.get("card") == "declined")
        return {}

    @route("GET", r"/v2/checkout/orders/(?P<order_id>[^/]+)")
    def get_order(self, asked: Asked, order_id: str) -> Any:
        return self._known(self.orders, order_id)

    @route("POST", r"/v2/checkout/orders/(?P<order_id>[^/]+)/capture")
    def capture(self, asked: Asked, order_id: str) -> Any:
        order = self._known(self.orders, order_id)
        unit = order["purchase_units"][0]
        if order["status"] == "COMPLETED":
            raise problem(422, "UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED")
        if order["status"] != "APPROVED":
            raise problem(422, "UNPROCESSABLE_ENTITY", "ORDER_NOT_APPROVED")
        if order_id in self.declines:
            raise problem(422, "UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED")
        if any(known["invoice_id"] == unit["invoice_id"] for known in self.captures.values()):
            raise problem(422, "UNPROCESSABLE_ENTITY", "DUPLICATE_INVOICE_ID")
        capture = {
            "id": self._new("CAP"),
            "status": "PENDING" if order_id in self.pending else "COMPLETED",
            "amount": unit["amount"],
            "custom_id": unit["custom_id"],
            "invoice_id": unit["invoice_id"],
            "supplementary_data": {"related_ids": {"order_id": order_id}},
        }
        self.captures[capture["id"]] = capture
        unit["payments"] = {"captures": [capture]}
        order["status"] = "COMPLETED"
        if capture["status"] == "COMPLETED":
            self._settle(capture, order_id)
        return self._keep(asked, 201, order)

    @route("GET", r"/v2/payments/captures/(?P<capture_id>[^/]+)")
    def get_capture(self, asked: Asked, capture_id: str) -> Any:
        return self._known(self.captures, capture_id)

    @route("POST", r"/v2/payments/captures/(?P<capture_id>[^/]+)/refund")
    def refund(self, asked: Asked, capture_id: str) -> Any:
        capture, body = self._known(self.captures, capture_id), asked.json
        amount = body.get("amount") or capture["amount"]
        self._check_amount(amount, "currency_code")
        given = sum(
            Decimal(refund["amount"]["value"])
            for refund in self.refunds.values()
            if refund["capture_id"] == capture_id and refund["status"] != "FAILED"
        )
        captured = Decimal(capture["amount"]["value"])
        if amount["currency_code"] != capture["amount"]["currency_code"]:
            raise problem(422, "UNPROCESSABLE_ENTITY", "CURRENCY_MISMATCH")
        if capture["status"] == "REFUNDED":
            raise problem(422, "UNPROCESSABLE_ENTITY", "CAPTURE_FULLY_REFUNDED")
        if given + Decimal(amount["value"]) > captured:
            raise problem(422, "UNPROCESSABLE_ENTITY", "REFUND_AMOUNT_EXCEEDED")
        refund_id, name = self._new("REF"), body.get("custom_id", "")
        status = self.refund_endings.get(name, "COMPLETED")
        refund = {"id": refund_id, "status": status, "amount": amount, "custom_id": name}
        self.refunds[refund_id] = refund | {"capture_id": capture_id}
        if status != "FAILED":
            whole = given + Decimal(amount["value"]) == captured
            capture["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED"
            self._move(
                "T1107", -Decimal(amount["value"]), amount["currency_code"], refund_id, custom=name
            )
        return self._keep(asked, 201, refund)

    @route("GET", r"/v2/payments/refunds/(?P<refund_id>[^/]+)")
    def get_refund(self, asked: Asked, refund_id: str) -> Any:
        return self._known(self.refunds, refund_id)

    @route("POST", "/v1/payments/payouts")
    def payout(self, asked: Asked) -> Any:
        body = asked.json
        name, item = body["sender_batch_header"]["sender_batch_id"], body["items"][0]
        for known in self.batches.values():
            if known["batch_header"]["sender_batch_header"]["sender_batch_id"] == name:
                href = f"{self.url}/v1/payments/payouts/{known['batch_header']['payout_batch_id']}"
                link = [{"rel": "self", "href": href, "method": "GET"}]
                issue = "Batch with given sender_batch_id already exists"
                raise problem(400, "USER_BUSINESS_ERROR", issue, field="SENDER_BATCH_ID", link=link)
        self._check_amount(item["amount"], "currency", status=400)
        kind, receiver = item["recipient_type"], item["receiver"]
        pattern = {"EMAIL": r"[^@\s]+@[^@\s]+", "PAYPAL_ID": r"[A-Z0-9]{13}"}.get(kind, r"$^")
        if not re.fullmatch(pattern, receiver):
            # It repeats what was sent, as a careless provider may.
            raise problem(400, "VALIDATION_ERROR", f"Receiver {receiver} is invalid")
        if self._balance(item["amount"]["currency"]) < Decimal(item["amount"]["value"]):
            raise problem(422, "INSUFFICIENT_FUNDS")
        batch_id = self._new("BAT")
        header = {
            "payout_batch_id": batch_id,
            "batch_status": "PENDING",
            "sender_batch_header": body["sender_batch_header"],
            "amount": item["amount"],
        }
        row = {
            "payout_item_id": self._new("ITM"),
            "payout_batch_id": batch_id,
            "transaction_status": "PENDING",
            "payout_item": item,
        }
        self.batches[batch_id] = {"batch_header": header, "items": [row]}
        return Answer(201, {"batch_header": {k: v for k, v in header.items() if k != "amount"}})

    @route("GET", r"/v1/payments/payouts/(?P<batch_id>[^/]+)")
    def get_payout(self, asked: Asked, batch_id: str) -> Any:
        return self._known(self.batches, batch_id)

    @route("GET", r"/v1/customer/disputes/(?P<dispute_id>[^/]+)")
    def get_dispute(self, asked: Asked, dispute_id: str) -> Any:
        return self._known(self.disputes, dispute_id)

    @route("GET", "/v1/reporting/balances")
    def balances(self, asked: Asked) -> Any:
        codes = {info["transaction_amount"]["currency_code"] for info in self.transactions}
        return {
            "balances": [
                {"currency": code, "total_balance": self._money(self._balance(code), code)}
                for code in sorted(codes)
            ]
        }

    @route("GET", "/v1/reporting/transactions")
    def search(self, asked: Asked) -> Any:
        start, end = (datetime.fromisoformat(asked.query[x]) for x in ("start_date", "end_date"))
        if end - start > timedelta(days=31) or end < start:
            raise problem(400, "INVALID_REQUEST", "Date range is greater than 31 days")
        found = [
            info
            for info in self.transactions
            if start <= datetime.fromisoformat(info["transaction_initiation_date"]) <= end
            and asked.query.get("transaction_type") in (None, info["transaction_event_code"])
        ]
        size, page = int(asked.query.get("page_size", 100)), int(asked.query.get("page", 1))
        return {
            "transaction_details": [
                {"transaction_info": info} for info in found[(page - 1) * size : page * size]
            ],
            "page": page,
            "total_items": len(found),
            "total_pages": -(-len(found) // size),
            "last_refreshed_datetime": self._tick(),
        }

    @route("POST", "/v1/notifications/verify-webhook-signature")
    def verify_signature(self, asked: Asked) -> Any:
        body = asked.json
        raw = asked.raw[asked.raw.index(b'"webhook_event":') + len(b'"webhook_event":') : -1]
        signer = self.signers.get(body["cert_url"].rpartition("CERT-")[2])
        good = signer is not None and signer.would_sign(
            raw,
            body["transmission_id"],
            body["transmission_time"],
            body["webhook_id"],
            body["transmission_sig"],
        )
        return {"verification_status": "SUCCESS" if good else "FAILURE"}

    # --- its books

    def _settle(self, capture: dict[str, Any], order_id: str) -> None:
        value, code = Decimal(capture["amount"]["value"]), capture["amount"]["currency_code"]
        places = Decimal(1) if code in WHOLE_CURRENCIES else Decimal("0.01")
        fee = (value * 3 / 100 + 30 * places).quantize(places)
        capture["seller_receivable_breakdown"] = {
            "gross_amount": capture["amount"],
            "paypal_fee": self._money(fee, code),
            "net_amount": self._money(value - fee, code),
        }
        self._move("T0006", value, code, capture["id"], capture["custom_id"], order_id, fee)

    def _move(
        self,
        event_code: str,
        value: Decimal,
        currency: str,
        transaction_id: str = "",
        custom: str = "",
        order_id: str = "",
        fee: Decimal = Decimal(0),
    ) -> None:
        info = {
            "transaction_id": transaction_id or self._new("TXN"),
            "transaction_event_code": event_code,
            "transaction_status": "S",
            "transaction_initiation_date": self._tick(),
            "transaction_amount": self._money(value, currency),
        }
        if fee:
            info["fee_amount"] = self._money(-fee, currency)
        if custom:
            info["custom_field"] = custom
        if order_id:
            info |= {"paypal_reference_id": order_id, "paypal_reference_id_type": "ODR"}
        self.transactions.append(info)

    def _tick(self) -> str:
        # A clock of its own, a second a step: times have no fractions, and none is twice.
        self._moment += timedelta(seconds=1)
        return self._moment.strftime("%Y-%m-%dT%H:%M:%S+0000")

    def _balance(self, currency: str) -> Decimal:
        return sum(
            (
                Decimal(info["transaction_amount"]["value"])
                + Decimal(info.get("fee_amount", {}).get("value", 0))
                for info in self.transactions
                if info["transaction_amount"]["currency_code"] == currency
            ),
            Decimal(0),
        )

    @staticmethod
    def _money(value: Decimal, currency: str) -> dict[str, str]:
        places = 0 if currency in WHOLE_CURRENCIES else 2
        return {"currency_code": currency, "value": f"{value:.{places}f}"}

    @staticmethod
    def _check_amount(amount: Mapping[str, Any], name: str, status: int = 422) -> None:
        if amount[name] not in CURRENCIES:
            raise problem(status, "UNPROCESSABLE_ENTITY", "CURRENCY_NOT_SUPPORTED")
        pattern = r"\d{1,10}" if amount[name] in WHOLE_CURRENCIES else r"\d{1,10}\.\d\d"
        if not isinstance(amount["value"], str) or not re.fullmatch(pattern, amount["value"]):
            raise problem(status, "UNPROCESSABLE_ENTITY", "DECIMAL_PRECISION")
        if Decimal(amount["value"]) <= 0:
            raise problem(status, "UNPROCESSABLE_ENTITY", "CANNOT_BE_ZERO_OR_NEGATIVE")

    def _known(self, objects: Mapping[str, dict[str, Any]], object_id: str) -> dict[str, Any]:
        if object_id not in objects:
            raise Refused(404, self.not_found)
        return objects[object_id]

    def _capture_of(self, order_id: str) -> dict[str, Any]:
        captures = self.orders[order_id]["purchase_units"][0]["payments"]["captures"]
        return captures[0]  # type: ignore[no-any-return]

    def _batch(self, reference: str) -> dict[str, Any]:
        return next(
            batch
            for batch in self.batches.values()
            if batch["items"][0]["payout_item"]["sender_item_id"] == reference
        )

    def _new(self, prefix: str) -> str:
        self._numbers += 1
        return f"{prefix}{self._numbers:010d}"
