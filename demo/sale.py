"""One sale, step by step, over the public API: the story, the tests and the bench all drive it."""

import secrets
from dataclasses import dataclass, field

from demo.api import Api, Json, wait_for

ADDRESS = {
    "recipient": "Buyer of the demo",
    "line1": "1 Market Street",
    "city": "Nairobi",
    "postal_code": "00100",
    "country": "KE",
}


@dataclass
class Sale:
    """A buyer, a seller and their order. Each method is one request of one of them."""

    buyer: Api
    seller: Api
    poll_seconds: float = 20.0
    order: Json = field(default_factory=dict)
    operator: Api | None = None
    """Who refunds, where a story needs it."""

    @property
    def path(self) -> str:
        return f"/api/v1/orders/{self.order['id']}/"

    @property
    def status(self) -> str:
        return str(self.order["status"])

    @property
    def payment_id(self) -> str:
        return str(self.order["payment_id"])

    def place(self, *products: Json, quantity: int = 1, method: str = "standard") -> Json:
        basket = {
            "items": [{"product_id": p["id"], "quantity": quantity} for p in products],
            "shipping_address": ADDRESS,
            "shipping_method": method,
        }
        (self.order,) = self.buyer.post("/api/v1/orders/", basket)["orders"]
        return self.order

    def start_payment(self, return_url: str = "http://127.0.0.1/") -> str:
        """Ask where to pay; returns the address of the provider's page."""
        body = {"payment_method": "card", "return_url": return_url}
        answer = self.buyer.post(f"{self.path}pay/", body)
        return str(answer["next_action"]["url"])

    def pay(self, card: str = "") -> Json:
        """Pay on the provider's page and wait until the money is in escrow."""
        self.buyer.pay_on_hosted_page(self.start_payment(), card=card)
        return self.wait_until("PAYMENT_RECEIVED")

    def pay_from_wallet(self) -> Json:
        """Pay with what is in the buyer's wallet: the order is paid at once."""
        self.buyer.post(f"{self.path}pay/", {"payment_method": "wallet"})
        return self.refresh()

    def accept(self) -> Json:
        return self._act(self.seller, "accept")

    def ship(self, carrier: str = "sandbox") -> Json:
        tracking_number = f"TRK{secrets.token_hex(6).upper()}"
        return self._act(self.seller, "ship", carrier=carrier, tracking_number=tracking_number)

    def report_delivered(self) -> Json:
        """The buyer says that the parcel is here."""
        return self._act(self.buyer, "deliver")

    def confirm(self) -> Json:
        return self._act(self.buyer, "confirm")

    def cancel(self, by: Api, reason: str) -> Json:
        return self._act(by, "cancel", reason=reason)

    def refund(self, amount: str, reason: str) -> Json:
        """The operator gives the buyer so much back."""
        if self.operator is None:
            raise ValueError("nobody here may refund")
        return self._act(self.operator, "refund", amount=amount, currency="EUR", reason=reason)

    def run_to_release(self, product: Json) -> Json:
        """The whole sale, from placing to the seller's wallet."""
        self.place(product)
        self.pay()
        self.accept()
        self.ship()
        self.report_delivered()
        return self.confirm()

    def wait_until(self, status: str) -> Json:
        def arrived() -> bool:
            return bool(self.refresh()["status"] == status)

        wait_for(arrived, f"order {self.order['id']} to become {status}", self.poll_seconds)
        return self.order

    def refresh(self) -> Json:
        self.order = self.buyer.get(self.path)
        return self.order

    def payment(self) -> Json:
        return self.buyer.get(f"/api/v1/payments/{self.payment_id}/")

    def _act(self, by: Api, action: str, **body: str) -> Json:
        self.order = by.post(f"{self.path}{action}/", body)
        return self.order
