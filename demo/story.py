"""`make demo`: a whole sale and a cancelled one, over the public API alone, checked to the cent.

Every step says who did what and shows every balance. What must be true after the step is worked out
here with plain arithmetic, and compared with three independent sources: the answers of the API, the
ledger itself, and the sandbox provider's own books.
"""

import secrets
from dataclasses import dataclass, field, fields, replace

from demo import terminal
from demo.api import Api, wait_for
from demo.books import Books, read_books
from demo.people import PASSWORD
from demo.sale import Sale
from marketplace.core.money import Money

CURRENCY = "EUR"
CAMERA_PRICE = 120_00
LAMP_PRICE = 45_50
COIN_PRICE = 80_00
SHIPPING = {CAMERA_PRICE: 0, LAMP_PRICE: 4_90, COIN_PRICE: 4_90}
"""The seeded standard parcel costs 4.90, and nothing from 100.00 on."""
WITHDRAWAL = 100_00


@dataclass
class Story:
    """The people, what they expect, and what did not come true."""

    base_url: str
    sandbox_url: str
    sandbox_key: str
    category_id: str
    shared_category_id: str
    seller: Api = field(init=False)
    buyer: Api = field(init=False)
    sale: Sale = field(init=False)
    start: Books = field(default_factory=Books)
    """What the books said before the first step: the story may be told on a platform in use."""
    expected: Books = field(default_factory=Books)
    pending: int = 0
    """What the seller will get of the escrow: what waits there, less the frozen commission."""
    shown: Books = field(default_factory=Books)
    shown_states: tuple[str, str] = ("", "")
    differences: list[str] = field(default_factory=list)
    steps: int = 0
    checks: int = 0

    def tell(self) -> bool:
        """Returns whether every figure agreed. Nobody else may trade meanwhile."""
        self.start = self.expected = self.shown = read_books(CURRENCY)
        terminal.chapter("Two strangers")
        self._arrive()
        terminal.chapter("A whole sale")
        self._sell()
        terminal.chapter("The seller is paid out")
        self._withdraw()
        terminal.chapter("A cancelled sale")
        self._cancel()
        terminal.chapter("A commission that is shared")
        self._share()
        return not self.differences

    # The chapters

    def _arrive(self) -> None:
        tale = secrets.token_hex(3)
        self.seller = self._join("Seller", "SELLER", f"seller-{tale}@story.fairhold.test")
        self.buyer = self._join("Buyer", "BUYER", f"buyer-{tale}@story.fairhold.test")
        self.camera = self._list("Film camera, serviced", CAMERA_PRICE)
        self.lamp = self._list("Desk lamp, brass", LAMP_PRICE)

    def _join(self, who: str, user_type: str, email: str) -> Api:
        api = Api(self.base_url)
        api.sign_up(
            email=email,
            password=PASSWORD,
            user_type=user_type,
            first_name=who,
            last_name="of the story",
        )
        self._step(who, f"signs up as {email} and gets a mail with a link")
        api.verify_email(email)
        api.sign_in(email, PASSWORD)
        terminal.note("opens the link, and signs in")
        return api

    def _list(self, title: str, price_minor: int, category_id: str = "") -> dict[str, object]:
        price = Money(price_minor, CURRENCY)
        product = self.seller.post(
            "/api/v1/products/",
            {
                "title": title,
                "description": f"{title}. In good order.",
                "price": price.to_decimal_string(),
                "currency": CURRENCY,
                "inventory_count": 1,
                "category_ids": [category_id or self.category_id],
            },
        )
        product = self.seller.post(f"/api/v1/products/{product['id']}/publish/")
        self._step("Seller", f"lists “{title}” for {price}, one in stock")
        return product

    def _sell(self) -> None:
        total = CAMERA_PRICE + SHIPPING[CAMERA_PRICE]
        self.sale = Sale(self.buyer, self.seller)
        self.sale.place(self.camera)
        self._step("Buyer", "orders it: the price, the commission and the deadlines are frozen")
        self._show("PENDING_PAYMENT", None)

        self.sale.pay()
        commission = CAMERA_PRICE * 5 // 100  # 5 % of the goods, not of the shipping
        self.pending = total - commission
        self._step("Buyer", "pays on the provider's page; the provider tells us; the money waits")
        self._expect(escrow=total, clearing=total)
        self._show("PAYMENT_RECEIVED", "IN_ESCROW")

        self.sale.accept()
        self._step("Seller", "accepts")
        self._show("PROCESSING", "IN_ESCROW")
        self.sale.ship()
        self._step("Seller", f"ships, with tracking number {self.sale.order['tracking_number']}")
        self._show("SHIPPED", "IN_ESCROW")
        self._carrier_delivers()
        self._step(
            "Carrier", "scans the parcel at the buyer's door; the seller's word would not do"
        )
        self._show("DELIVERED", "IN_ESCROW")

        self.sale.confirm()
        self.pending = 0
        self._step("Buyer", "is happy and confirms: escrow pays the seller, less 5 % commission")
        self._expect(escrow=-total, wallet=total - commission, commission=commission)
        self._show("COMPLETED", "RELEASED")

    def _withdraw(self) -> None:
        account = self.seller.post_approved(
            "/api/v1/wallet/bank-accounts/",
            "bank_account",
            {
                "account_holder": "Seller of the story",
                "iban": "DE89370400440532013000",
                "currency": CURRENCY,
            },
        )
        self._step(
            "Seller", f"adds a bank account, shown as {account['masked_number']} from then on"
        )
        body = {
            "amount": Money(WITHDRAWAL, CURRENCY).to_decimal_string(),
            "currency": CURRENCY,
            "bank_account_id": account["id"],
        }
        withdrawal = self.seller.post_approved("/api/v1/wallet/withdrawals/", "withdrawal", body)
        self._step("Seller", "approves exactly this with the code from a letter")
        self._step("Seller", f"withdraws {Money(WITHDRAWAL, CURRENCY)}; the provider pays it out")
        self._wait_for_withdrawal(str(withdrawal["id"]))
        self._expect(wallet=-WITHDRAWAL, clearing=-WITHDRAWAL)
        self._show("COMPLETED", "RELEASED")

    def _cancel(self) -> None:
        total = LAMP_PRICE + SHIPPING[LAMP_PRICE]
        self.sale = Sale(self.buyer, self.seller)
        self.sale.place(self.lamp)
        self.sale.pay()
        self.pending = total - 228  # 5 % of 45.50 is 2.275, and half a cent is rounded up
        self._step("Buyer", f"orders and pays for the lamp: {Money(total, CURRENCY)} with shipping")
        self._expect(escrow=total, clearing=total)
        self._show("PAYMENT_RECEIVED", "IN_ESCROW")

        self.sale.cancel(self.seller, "The lamp broke while I packed it.")
        self.pending = 0
        self._step("Seller", "cancels before shipping: everything goes back to the buyer")
        wait_for(lambda: self.sale.payment()["status"] == "REFUNDED", "the refund")
        self._expect(escrow=-total, clearing=-total)
        self._show("CANCELLED", "REFUNDED")
        stock = self.seller.get(f"/api/v1/products/{self.lamp['id']}/")["inventory_count"]
        self._check("lamps in stock", 1, stock)
        terminal.note("the lamp is back in stock")

    def _share(self) -> None:
        # 8 % of 80.00 and 0.30; 19 % of the 6.70 is 1.273; half of the 7.97 is 3.985.
        commission, tax, buyer_fee = 6_70, 1_27, 3_99
        total = COIN_PRICE + SHIPPING[COIN_PRICE] + buyer_fee
        you_get = COIN_PRICE + buyer_fee - commission - tax
        coin = self._list("Silver coin, 1907", COIN_PRICE, self.shared_category_id)
        price = Money(COIN_PRICE, CURRENCY)
        preview = self.seller.get(
            "/api/v1/payments/commission-preview/",
            amount=price.to_decimal_string(),
            currency=CURRENCY,
            category=self.shared_category_id,
        )
        self._step("Seller", f"asks what {price} would bring: {preview['you_get']} {CURRENCY}")
        for line in preview["lines"]:
            terminal.note(f"{line['text']}: {line['amount']}")
        self._check("preview", Money(you_get, CURRENCY).to_decimal_string(), preview["you_get"])

        self.sale = Sale(self.buyer, self.seller)
        self.sale.place(coin)
        share = Money(buyer_fee, CURRENCY)
        self._step("Buyer", f"orders it, and pays {share} of the commission on top")
        self._check("buyer's share", share.to_decimal_string(), self.sale.order["buyer_fee"])
        self.sale.pay()
        self.pending = total - commission - tax
        self._expect(escrow=total, clearing=total)
        self._show("PAYMENT_RECEIVED", "IN_ESCROW")

        self.sale.accept()
        self.sale.ship()
        self._carrier_delivers()
        self.sale.confirm()
        self.pending = 0
        self._step("Buyer", "has it and confirms: commission and tax go to accounts of their own")
        wallet = total - commission - tax
        self._expect(escrow=-total, wallet=wallet, commission=commission, tax=tax)
        self._show("COMPLETED", "RELEASED")

    # What the world outside does

    def _carrier_delivers(self) -> None:
        tracking_number = self.sale.order["tracking_number"]
        carrier = Api(self.sandbox_url).with_key(self.sandbox_key)
        path = f"/carrier/v1/shipments/{tracking_number}"
        wait_for(lambda: carrier.exists(path), "the carrier to know the parcel")
        carrier.post(f"{path}/events", {"status": "delivered"})
        self.sale.wait_until("DELIVERED")

    def _wait_for_withdrawal(self, withdrawal_id: str) -> None:
        def is_paid() -> bool:
            rows = self.seller.get("/api/v1/wallet/withdrawals/")["results"]
            return any(row["id"] == withdrawal_id and row["status"] == "PAID" for row in rows)

        wait_for(is_paid, "the payout")

    # Showing and checking

    def _step(self, who: str, what: str) -> None:
        self.steps += 1
        terminal.step(self.steps, who, what)

    def _expect(self, **changes: int) -> None:
        now = {name: getattr(self.expected, name) + change for name, change in changes.items()}
        self.expected = replace(self.expected, **now)

    def _show(self, order_status: str, escrow_status: str | None) -> None:
        """Show where everything stands, and compare it with what must be true."""
        order, payment = self.sale.refresh(), self.sale.payment()
        states = (str(order["status"]), str(payment["escrow_status"] or "none"))
        ledger = read_books(CURRENCY)
        self._show_table(states, ledger)
        self._check("order status", order_status, order["status"])
        self._check("escrow status", escrow_status, payment["escrow_status"])
        for account in fields(Books):
            self._check(
                f"ledger: {account.name}",
                getattr(self.expected, account.name),
                getattr(ledger, account.name),
            )
        earned = self.expected.wallet - self.start.wallet
        self._check("API: seller's wallet", earned, self._wallet("available"))
        self._check("API: seller's share in escrow", self.pending, self._wallet("pending"))
        self._check("provider's own balance", self.expected.clearing, self._provider_balance())

    def _show_table(self, states: tuple[str, str], ledger: Books) -> None:
        rows = [("order", states[0]), ("escrow status", states[1])]
        changed = [now != before for now, before in zip(states, self.shown_states, strict=True)]
        for account in fields(Books):
            amount = getattr(ledger, account.name)
            rows.append((account.metadata["label"], str(Money(amount, CURRENCY))))
            changed.append(amount != getattr(self.shown, account.name))
        terminal.table(rows, changed)
        self.shown, self.shown_states = ledger, states

    def _wallet(self, member: str) -> int:
        for wallet in self.seller.get("/api/v1/wallet/")["results"]:
            if wallet["currency"] == CURRENCY:
                return Money.from_decimal(wallet[member], CURRENCY).amount_minor
        return 0

    def _provider_balance(self) -> int:
        balances = Api(self.sandbox_url).with_key(self.sandbox_key).get("/v1/balance")["balances"]
        return sum(row["amount"] for row in balances if row["currency"] == CURRENCY)

    def _check(self, what: str, expected: object, found: object) -> None:
        self.checks += 1
        if expected != found:
            difference = f"step {self.steps}, {what}: expected {expected}, found {found}"
            self.differences.append(difference)
            print(terminal.red(f"               ✗ {difference}"))
