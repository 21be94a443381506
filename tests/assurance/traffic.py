"""Buyers and sellers who trade while the platform is being killed, and remember what they heard."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from demo.api import Api, Json, NeverHappened, Refused
from demo.sale import Sale

IN_FLIGHT = "idempotency_key_in_flight"
PATIENCE_SECONDS = 150.0
"""Longer than the lease of a key whose request was killed (60 s), and a slow restart."""


class Heard:
    """Every call of every client by what its caller could know: ok, fail, unknown or busy."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()

    def note(self, kind: str, refusal: str = "") -> None:
        with self._lock:
            self.calls[kind] += 1
            if refusal:
                self.refusals[refusal] += 1


class StubbornApi(Api):
    """Sends a call whose outcome is unknown again, under the same Idempotency-Key, until it knows.

    Unknown: no answer, half an answer, or 5xx. Never a reason to think that nothing happened.
    """

    heard: Heard

    def get(self, path: str, **query: object) -> Json:
        return self._insist(lambda: Api.get(self, path, **query))

    def post(
        self, path: str, body: Json | None = None, *, key: str | None = None, step_up: str = ""
    ) -> Json:
        same_key = key or str(uuid4())
        return self._insist(lambda: Api.post(self, path, body, key=same_key, step_up=step_up))

    def pay_on_hosted_page(self, url: str, outcome: str = "pay", card: str = "") -> None:
        def press() -> Json:
            Api.pay_on_hosted_page(self, url, outcome, card)
            return {}

        self._insist(press)

    def _insist(self, call: Callable[[], Json]) -> Json:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            try:
                answer = call()
            except (httpx.HTTPError, NeverHappened, ValueError):
                self.heard.note("unknown")
            except Refused as refused:
                if refused.code == IN_FLIGHT:
                    self.heard.note("busy")
                elif int(refused.problem.get("status", 500)) >= 500:
                    self.heard.note("unknown")
                else:
                    self.heard.note("fail", refused.code)
                    raise
            else:
                self.heard.note("ok")
                return answer
            time.sleep(0.2)
        raise NeverHappened(f"no definite answer within {PATIENCE_SECONDS:g} s")


@dataclass
class Books:
    """What one seller and one buyer were told, by order: the platform must keep all of it."""

    placed: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    withdrawn: dict[str, int] = field(default_factory=dict)
    """Minor units by withdrawal."""
    faults: list[str] = field(default_factory=list)
    """What no client should ever have seen."""


@dataclass
class Pair:
    """A seller, a buyer, and what they do until told to stop: whole sales, and releases."""

    buyer: StubbornApi
    seller: StubbornApi
    product: Json
    bank_account_id: str
    chance: random.Random
    books: Books = field(default_factory=Books)
    delivered: list[Sale] = field(default_factory=list)

    def prepare(self, orders: int) -> None:
        """Sales that wait for nothing but the buyer's word."""
        for _ in range(orders):
            sale = Sale(self.buyer, self.seller)
            sale.place(self.product)
            self.books.placed.append(str(sale.order["id"]))
            sale.pay()
            sale.accept()
            sale.ship()
            sale.report_delivered()
            self.delivered.append(sale)

    def trade(self, stop: threading.Event) -> None:
        self._until(stop, self._one_sale)

    def release(self, stop: threading.Event) -> None:
        """Release what was prepared, now and then from two windows at once."""

        def release_one() -> None:
            if not self.delivered:
                stop.wait(1.0)
                return
            sale = self.delivered.pop()
            self.books.released.append(str(sale.order["id"]))
            windows = 2 if self.chance.random() < 0.3 else 1
            with ThreadPoolExecutor(windows) as pool:
                confirmed = list(pool.map(self._confirms, [sale] * windows))
            if sum(confirmed) != 1:
                self.books.faults.append(f"{sale.path} was confirmed {sum(confirmed)} times")

        self._until(stop, release_one)

    @staticmethod
    def _confirms(sale: Sale) -> bool:
        """Whether this window released the money; the other one may have been first."""
        try:
            sale.buyer.post(f"{sale.path}confirm/")
        except Refused as refused:
            if refused.code != "order_already_completed":
                raise
            return False
        return True

    def _until(self, stop: threading.Event, act: Callable[[], None]) -> None:
        while not stop.is_set():
            try:
                act()
            except (Refused, NeverHappened) as problem:
                self.books.faults.append(str(problem))
                return

    def _one_sale(self) -> None:
        sale = Sale(self.buyer, self.seller, poll_seconds=PATIENCE_SECONDS)
        sale.place(self.product)
        order_id = str(sale.order["id"])
        self.books.placed.append(order_id)
        sale.pay()
        if self.chance.random() < 0.25:
            sale.cancel(self.seller, "Sold out after all.")
            self.books.cancelled.append(order_id)
            return
        for step, status in (
            (sale.accept, "PROCESSING"),
            (sale.ship, "SHIPPED"),
            (sale.report_delivered, "DELIVERED"),
        ):
            self._step(sale, step, status)
        # Money moves: the same key again must give the first answer, never "it was done already".
        sale.confirm()
        self.books.released.append(order_id)
        if self.chance.random() < 0.4:
            self._withdraw()

    @staticmethod
    def _step(sale: Sale, step: Callable[[], Json], status: str) -> None:
        """A step without a key: after an unknown outcome the order says whether it was done."""
        try:
            step()
        except Refused:
            if sale.refresh()["status"] != status:
                raise

    def _withdraw(self) -> None:
        amount_minor = self.chance.randint(100, 500)
        body = {
            "amount": f"{amount_minor // 100}.{amount_minor % 100:02d}",
            "currency": "EUR",
            "bank_account_id": self.bank_account_id,
        }
        payout = self.seller.post_approved("/api/v1/wallet/withdrawals/", "withdrawal", body)
        self.books.withdrawn[str(payout["id"])] = amount_minor
