"""Stripe for tests: localstripe, and in front of it the parts that it lacks.

localstripe charges cards, declines them and refunds. In front stands a fake of ours for what it
has no word for (docs.stripe.com/api): idempotency keys, Checkout Sessions, transfer groups, refunds
that fail or exceed the charge, transfers, disputes, balance transactions with fees.
"""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from marketplace.payments.tests.providers.fake_server import (
    Answer,
    Asked,
    FakeServer,
    Refused,
    route,
)

API_KEY = "sk_test_contract"
ACCOUNT = "acct_1LindenSeller"
GOOD_CARD, BAD_CARD = "4242424242424242", "4000000000000341"
OTHER_CARD = "5555555555554444"
FEE_BPS, DISPUTE_FEE = 140, 1_500


def no(status: int, code: str, message: str, kind: str = "invalid_request_error") -> Refused:
    return Refused(status, {"error": {"type": kind, "code": code, "message": message}})


def tree(flat: Mapping[str, str]) -> dict[str, Any]:
    """``a[b][0]=c`` as ``{"a": {"b": {"0": "c"}}}``."""
    root: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.replace("]", "").split("[")
        node = root
        for part in path:
            node = node.setdefault(part, {})
        node[last] = value
    return root


def _print(card: str) -> str:
    return hashlib.sha256(card.encode()).hexdigest()[:16]


class StripeServer(FakeServer):
    failed = {"error": {"type": "api_error", "message": "An unknown error occurred"}}

    def __init__(self, localstripe_url: str) -> None:
        super().__init__()
        self._behind = httpx.Client(
            base_url=localstripe_url,
            headers={"Authorization": "Bearer sk_test_behind"},
            trust_env=False,
        )
        self._numbers = itertools.count(1)
        self._keys: dict[str, tuple[bytes, Answer]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.transfers: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.lines: list[dict[str, Any]] = []
        self.fails: set[str] = set()
        """References whose refunds the bank will refuse."""
        self._breaks: set[str] = set()

    # --- keys

    def before(self, asked: Asked) -> Answer | None:
        if asked.headers.get("Authorization") != f"Bearer {API_KEY}":
            return no(401, "", "Invalid API Key provided: sk_wr**ng").answer
        key = asked.headers.get("Idempotency-Key")
        if asked.method != "POST" or not key:
            return None
        if key in self._breaks:
            self._breaks.remove(key)
            answer = Answer(500, self.failed)
            self.after(asked, answer)
            return answer
        if key not in self._keys:
            return None
        digest, answer = self._keys[key]
        if digest != hashlib.sha256(asked.path.encode() + asked.raw).digest():
            message = "Keys for idempotent requests can only be used with the same parameters."
            return no(400, "", message, "idempotency_error").answer
        return Answer(answer.status, answer.body, {"Idempotent-Replayed": "true"})

    def after(self, asked: Asked, answer: Answer) -> None:
        key = asked.headers.get("Idempotency-Key")
        # A request that is refused before it begins keeps no key.
        if asked.method == "POST" and key and answer.status not in (400, 404):
            digest = hashlib.sha256(asked.path.encode() + asked.raw).digest()
            self._keys[key] = (digest, answer)

    def forget_key(self, key: str) -> None:
        """A day has passed."""
        del self._keys[key]

    def fail_without_acting(self, key: str) -> None:
        """The first request under this key is answered 500 for good, and does nothing."""
        self._breaks.add(key)

    # --- Checkout

    @route("POST", "/v1/checkout/sessions")
    def create_session(self, asked: Asked) -> dict[str, Any]:
        wanted = tree(asked.form)
        if wanted.get("mode") != "payment" or not wanted.get("success_url", "").startswith("http"):
            raise no(400, "parameter_missing", "mode and success_url")
        (item,) = wanted["line_items"].values()
        price, number = item["price_data"], next(self._numbers)
        if int(price["unit_amount"]) <= 0 or int(item["quantity"]) != 1:
            raise no(400, "parameter_invalid_integer", "unit_amount")
        session = {
            "id": f"cs_test_a{number}",
            "object": "checkout.session",
            "amount_total": int(price["unit_amount"]),
            "client_reference_id": wanted["client_reference_id"],
            "created": int(time.time()),
            "currency": price["currency"],
            "livemode": False,
            "metadata": wanted["metadata"],
            "mode": "payment",
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "url": f"{self.url}/c/pay/cs_test_a{number}",
            "_intent": wanted["payment_intent_data"],
        }
        self.sessions[str(session["id"])] = session
        return self._shown(session)

    @route("GET", "/v1/checkout/sessions")
    def list_sessions(self, asked: Asked) -> dict[str, Any]:
        found = list(self.sessions.values())
        if intent := asked.query.get("payment_intent"):
            found = [s for s in found if (s["payment_intent"] or {}).get("id") == intent]
        return self._page([self._shown(session) for session in found], asked)

    @route("GET", "/v1/checkout/sessions/(?P<name>[^/]+)")
    def get_session(self, asked: Asked, name: str) -> dict[str, Any]:
        return self._shown(self._get(self.sessions, name))

    @staticmethod
    def _shown(session: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in session.items() if not name.startswith("_")}

    def pay(self, session_id: str, card: str = GOOD_CARD) -> None:
        """The buyer fills in the hosted page."""
        with self._lock:
            session = self.sessions[session_id]
            method = self._ask_behind(
                "/v1/payment_methods",
                {
                    "type": "card",
                    "card[number]": card,
                    "card[exp_month]": "12",
                    "card[exp_year]": "2040",
                    "card[cvc]": "123",
                },
            ).json()
            done = self._ask_behind(
                "/v1/payment_intents",
                {
                    "amount": str(session["amount_total"]),
                    "currency": session["currency"],
                    "payment_method": method["id"],
                    "confirm": "true",
                },
            )
            if done.status_code == 402:
                return  # the page shows it, and the buyer may take another card
            intent = done.raise_for_status().json()
            group = session["_intent"]["transfer_group"]
            # In whole hundreds, so that it is a whole krona and shilling too.
            fee = intent["amount"] * FEE_BPS // 1_000_000 * 100
            charge = {
                **intent["latest_charge"],
                "transfer_group": group,
                "metadata": session["_intent"]["metadata"],
                "payment_method_details": {"type": "card", "card": {"fingerprint": _print(card)}},
            }
            line = self._line("charge", intent["amount"], fee, session["currency"], charge)
            self.charges[charge["id"]] = {**charge, "balance_transaction": line["id"]}
            intent |= {"amount_received": intent["amount"], "transfer_group": group}
            intent["latest_charge"] = {**charge, "balance_transaction": line}
            session |= {
                "status": "complete",
                "payment_status": "paid",
                "payment_intent": intent,
                "url": None,
            }
            self._notify("checkout.session.completed", self._shown(session))

    def expire(self, session_id: str) -> None:
        with self._lock:
            self.sessions[session_id] |= {"status": "expired", "url": None}
            self._notify("checkout.session.expired", self._shown(self.sessions[session_id]))

    # --- charges and refunds

    @route("GET", "/v1/charges")
    def list_charges(self, asked: Asked) -> dict[str, Any]:
        group = asked.query["transfer_group"]
        found = [c for c in self.charges.values() if c["transfer_group"] == group]
        return self._page(found, asked)

    @route("POST", "/v1/refunds")
    def create_refund(self, asked: Asked) -> dict[str, Any]:
        wanted = tree(asked.form)
        charges = self.charges.values()
        charge = next((c for c in charges if c["payment_intent"] == wanted["payment_intent"]), None)
        if charge is None:
            raise no(404, "resource_missing", "No such payment_intent")
        amount = int(wanted["amount"])
        taken = sum(
            refund["amount"]
            for refund in self.refunds.values()
            if refund["charge"] == charge["id"] and refund["status"] != "failed"
        )
        if taken == charge["amount"]:
            raise no(400, "charge_already_refunded", f"Charge {charge['id']} has been refunded.")
        if taken + amount > charge["amount"]:
            raise no(400, "", "Refund amount is greater than unrefunded amount on charge")
        made = self._ask_behind("/v1/refunds", asked.form).raise_for_status().json()
        reference = wanted["metadata"]["reference"]
        will_fail = reference in self.fails
        refund = {**made, "status": "pending" if will_fail else "succeeded"}
        self.refunds[refund["id"]] = refund
        self._line("refund", -amount, 0, refund["currency"], refund)
        self._notify("refund.created", refund)
        return refund

    def fail_refund(self, reference: str) -> None:
        with self._lock:
            refunds = self.refunds.values()
            refund = next(r for r in refunds if r["metadata"]["reference"] == reference)
            refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
            self._line("refund_failure", refund["amount"], 0, refund["currency"], refund)
            self._notify("refund.failed", refund)

    @route("GET", "/v1/refunds/(?P<name>[^/]+)")
    def get_refund(self, asked: Asked, name: str) -> dict[str, Any]:
        return self._get(self.refunds, name)

    @route("GET", "/v1/refunds")
    def list_refunds(self, asked: Asked) -> dict[str, Any]:
        return self._page(list(self.refunds.values()), asked)

    # --- transfers

    @route("POST", "/v1/transfers")
    def create_transfer(self, asked: Asked) -> dict[str, Any]:
        wanted = tree(asked.form)
        amount, currency = int(wanted["amount"]), wanted["currency"]
        if wanted["destination"] != ACCOUNT:
            raise no(400, "resource_missing", f"No such destination: '{wanted['destination']}'")
        if amount > self._totals().get(currency, 0):
            raise no(400, "balance_insufficient", "You have insufficient funds.")
        transfer = {
            "id": f"tr_{next(self._numbers)}",
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "created": int(time.time()),
            "currency": currency,
            "destination": ACCOUNT,
            "metadata": wanted["metadata"],
            "reversed": False,
            "transfer_group": wanted["transfer_group"],
        }
        self.transfers[str(transfer["id"])] = transfer
        self._line("transfer", -amount, 0, currency, transfer)
        self._notify("transfer.created", transfer)
        return transfer

    def reverse_transfer(self, reference: str) -> None:
        with self._lock:
            transfers = self.transfers.values()
            transfer = next(t for t in transfers if t["transfer_group"] == reference)
            transfer |= {"reversed": True, "amount_reversed": transfer["amount"]}
            amount, currency = transfer["amount"], transfer["currency"]
            self._line("transfer_refund", amount, 0, currency, transfer)
            self._notify("transfer.reversed", transfer)

    @route("GET", "/v1/transfers/(?P<name>[^/]+)")
    def get_transfer(self, asked: Asked, name: str) -> dict[str, Any]:
        return self._get(self.transfers, name)

    @route("GET", "/v1/transfers")
    def list_transfers(self, asked: Asked) -> dict[str, Any]:
        group = asked.query["transfer_group"]
        found = [t for t in self.transfers.values() if t["transfer_group"] == group]
        return self._page(found, asked)

    # --- disputes

    def open_dispute(self, session_id: str, status: str = "needs_response") -> str:
        with self._lock:
            intent = self.sessions[session_id]["payment_intent"]
            amount, currency = intent["amount"], intent["currency"]
            dispute: dict[str, Any] = {
                "id": f"du_{next(self._numbers)}",
                "object": "dispute",
                "amount": amount,
                "balance_transactions": [],
                "currency": currency,
                "evidence_details": {"due_by": int(time.time()) + 7 * 86_400},
                "metadata": {},
                "payment_intent": intent["id"],
                "reason": "fraudulent",
                "status": status,
            }
            self.disputes[dispute["id"]] = dispute
            if status == "needs_response":
                line = self._line("adjustment", -amount, DISPUTE_FEE, currency, dispute, "dispute")
                dispute["balance_transactions"].append({**line, "source": dispute["id"]})
            self._notify("charge.dispute.created", dispute)
            return str(dispute["id"])

    def close_dispute(self, dispute_id: str, status: str) -> None:
        with self._lock:
            dispute = self.disputes[dispute_id]
            dispute["status"] = status
            if status == "won":
                amount, currency = dispute["amount"], dispute["currency"]
                kind = "dispute_reversal"
                line = self._line("adjustment", amount, 0, currency, dispute, kind)
                dispute["balance_transactions"].append({**line, "source": dispute_id})
            self._notify("charge.dispute.closed", dispute)

    @route("GET", "/v1/disputes/(?P<name>[^/]+)")
    def get_dispute(self, asked: Asked, name: str) -> dict[str, Any]:
        return self._get(self.disputes, name)

    # --- balance

    @route("GET", "/v1/balance")
    def get_balance(self, asked: Asked) -> dict[str, Any]:
        parts = [{"amount": total, "currency": code} for code, total in self._totals().items()]
        return {"object": "balance", "available": parts, "pending": []}

    @route("GET", "/v1/balance_transactions")
    def list_lines(self, asked: Asked) -> dict[str, Any]:
        return self._page(self.lines, asked)

    def _totals(self) -> dict[str, int]:
        totals: dict[str, int] = {}
        for line in self.lines:
            totals[line["currency"]] = totals.get(line["currency"], 0) + line["net"]
        return totals

    def _line(
        self,
        kind: str,
        amount: int,
        fee: int,
        currency: str,
        source: dict[str, Any],
        category: str = "",
    ) -> dict[str, Any]:
        line = {
            "id": f"txn_{next(self._numbers)}",
            "object": "balance_transaction",
            "amount": amount,
            "created": int(time.time()),
            "currency": currency,
            "fee": fee,
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": {**source, "balance_transactions": []},
            "type": kind,
        }
        self.lines.append(line)
        return line

    # --- what all share

    def _page(self, oldest_first: list[dict[str, Any]], asked: Asked) -> dict[str, Any]:
        """Newest first, cut by ``created``, a cursor and ``limit`` as Stripe cuts."""
        query = tree(asked.query)
        created, limit = query.get("created", {}), int(query.get("limit", 10))
        found = [
            kept
            for kept in reversed(oldest_first)
            if int(created.get("gte", 0)) <= kept["created"] < int(created.get("lt", 2**40))
        ]
        ids = [kept["id"] for kept in found]
        if cursor := query.get("ending_before"):
            before = found[: ids.index(cursor)]
            page, has_more = before[-limit:], len(before) > limit
        else:
            start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
            page, has_more = found[start : start + limit], len(found) > start + limit
        return {"object": "list", "data": page, "has_more": has_more, "url": asked.path}

    @staticmethod
    def _get(objects: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in objects:
            raise no(404, "resource_missing", f"No such object: '{name}'")
        return objects[name]

    def _ask_behind(self, path: str, form: Mapping[str, str]) -> httpx.Response:
        return self._behind.post(path, data=dict(form))

    def _notify(self, kind: str, about: dict[str, Any]) -> None:
        number = next(self._numbers)
        event = {
            "id": f"evt_{number}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "type": kind,
            "data": {"object": about},
        }
        body = json.dumps(event).encode()
        self.webhooks.append((body, sign(body, "new", int(time.time()))))


def sign(body: bytes, secret: str, seconds: int) -> dict[str, str]:
    """``Stripe-Signature`` as docs.stripe.com/webhooks describes it."""
    mac = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={seconds},v1={mac},v0=ignored"}
