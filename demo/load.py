"""`python -m demo load`: a marketplace that looks alive, on a platform that is running.

People and categories are an operator's business and are made in-process. Everything else happens as
it would in real life: listings, pictures, orders, payments, parcels and withdrawals are requests to
the API, and the provider and the carrier answer with their own webhooks.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.test.utils import override_settings

from demo.api import Api, Json, wait_for
from demo.catalogue import CATEGORIES, PRODUCTS, DemoProduct
from demo.catalogue_setup import (
    make_categories,
    need_approval_above,
    set_commission,
    set_promotion,
    shared_category,
)
from demo.people import make_people, session
from demo.pictures import draw_picture
from demo.sale import Sale
from marketplace.core.actor import Actor, Role
from marketplace.core.money import Money
from marketplace.payments.services import NewCommissionRule
from marketplace.products.models import Category
from marketplace.products.services import publish_product

THREADS = 3
WITHDRAWAL = "30.00"
APPROVAL_ABOVE = Money(150_00, "EUR")
COMMISSIONS_BPS = {"electronics": 450, "handmade": 800, "books": 300}
DEFAULT_COMMISSION_BPS = 600


@dataclass(frozen=True)
class Shop:
    """The demo's people, signed in, and what is for sale, by seller."""

    buyers: list[Api]
    sellers: dict[str, Api]
    products: dict[str, list[Json]]
    operator: Api


def load_marketplace() -> None:
    """Fill the platform; says what it does. Meant for an empty one, once."""
    emails = make_people()
    print(f"{len(emails)} people", flush=True)
    categories = make_categories(CATEGORIES)
    set_rules(categories)
    print(f"{len(categories)} categories", flush=True)

    people = {name: session(settings.PUBLIC_URL, email) for name, email in emails.items()}
    sellers = {name: api for name, api in people.items() if "SELLER" in api.user["roles"]}
    buyers = [api for name, api in people.items() if "buyer" in name]
    ids = {slug: str(category.pk) for slug, category in categories.items()}
    operator = next(api for api in people.values() if "ADMIN" in api.user["roles"])
    shop = Shop(buyers, sellers, list_products(sellers, ids), operator)
    for number, what in enumerate(trade(shop), start=1):
        print(f"sale {number}: {what}", flush=True)
    need_approval_above(APPROVAL_ABOVE)
    withdraw(shop.sellers["tech-seller"])
    schedule(shop.sellers["craft-seller"])


def set_rules(categories: Mapping[str, Category]) -> None:
    """One rule for all, one per category, a promotion, a tier, a level, and one that is shared."""
    set_commission(NewCommissionRule(name="Every sale", rate_bps=DEFAULT_COMMISSION_BPS))
    for slug, rate_bps in COMMISSIONS_BPS.items():
        name = categories[slug].name
        set_commission(NewCommissionRule(name=name, rate_bps=rate_bps), categories[slug])
    set_promotion(categories["books"], rate_bps=100, days=28)
    large = NewCommissionRule(
        name="Large orders",
        currency="EUR",
        amount_from_minor=1_000_00,
        rate_bps=400,
        cap_minor=150_00,
    )
    set_commission(large)
    set_commission(NewCommissionRule(name="Businesses", seller_level="T3", rate_bps=450))
    shared_category()


def list_products(sellers: dict[str, Api], category_ids: dict[str, str]) -> dict[str, list[Json]]:
    """Every product with its picture; returns those that can be bought, by seller."""
    listed: dict[str, list[Json]] = {name: [] for name in sellers}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(THREADS) as pool:

        def make(product: DemoProduct) -> Json:
            return list_product(
                sellers[product.seller], product, category_ids[product.category], Path(folder)
            )

        for number, (product, made) in enumerate(
            zip(PRODUCTS, pool.map(make, PRODUCTS), strict=True), start=1
        ):
            if made["status"] == "ACTIVE" and product.currency == "EUR":
                listed[product.seller].append(made)
            if number % 16 == 0:
                print(f"{number} of {len(PRODUCTS)} products", flush=True)
    return listed


def list_product(seller: Api, product: DemoProduct, category_id: str, folder: Path) -> Json:
    body = {
        "title": product.title,
        "description": product.description,
        "price": product.price,
        "currency": product.currency,
        "category_ids": [category_id],
        "specifications": product.specifications,
        "inventory_count": product.inventory_count,
    }
    if product.compare_price:
        body["compare_price"] = product.compare_price
    made = seller.post("/api/v1/products/", body)
    path = f"/api/v1/products/{made['id']}/"
    picture = folder / f"{product.picture}.jpg"
    draw_picture(product.picture).save(picture, quality=88)
    seller.upload(f"{path}images/", "image", picture)
    if product.status == "DRAFT":
        return made
    if product.status == "UNDER_REVIEW":
        return submit_for_review(seller, made)
    return seller.post(f"{path}publish/")


def submit_for_review(seller: Api, product: Json) -> Json:
    """Publish under the policy that an operator looks at it first."""
    actor = Actor.user(UUID(seller.user["id"]), Role.SELLER)
    with override_settings(REVIEW_FIRST_LISTINGS=len(PRODUCTS) + 1):
        snapshot = publish_product(product_id=UUID(product["id"]), actor=actor)
    return {**product, "status": snapshot.status}


# Sales: how far each goes


def stays_unpaid(sale: Sale) -> None:
    sale.start_payment()


def is_declined(sale: Sale) -> None:
    sale.buyer.pay_on_hosted_page(sale.start_payment(), outcome="decline")


def is_given_up(sale: Sale) -> None:
    sale.cancel(sale.buyer, "Found one around the corner.")


def is_paid(sale: Sale) -> None:
    sale.pay()


def is_paid_from_the_wallet(sale: Sale) -> None:
    """After the buyer has put enough money into it."""
    total = sale.refresh()["total"]
    path = f"/api/v1/wallet/top-ups/{fill(sale.buyer, total)}/"
    wait_for(lambda: sale.buyer.get(path)["status"] == "COMPLETED", "a top-up")
    sale.pay_from_wallet()


def fill(buyer: Api, amount: str) -> str:
    """Top the wallet up and pay on the provider's page; returns the top-up's id."""
    top_up = buyer.top_up(amount)
    buyer.pay_on_hosted_page(top_up["next_action"]["url"])
    return str(top_up["id"])


def is_accepted(sale: Sale) -> None:
    is_paid(sale)
    sale.accept()


def is_shipped(sale: Sale) -> None:
    is_accepted(sale)
    sale.ship()


def is_delivered(sale: Sale) -> None:
    is_shipped(sale)
    sale.report_delivered()


def is_completed(sale: Sale) -> None:
    is_delivered(sale)
    sale.confirm()


def is_cancelled_by_the_seller(sale: Sale) -> None:
    is_paid(sale)
    sale.cancel(sale.seller, "Out of stock after all, sorry.")
    wait_for(lambda: sale.payment()["status"] == "REFUNDED", "a refund")


def is_refunded(sale: Sale) -> None:
    """After it was completed: the seller, who has been paid, gives it back."""
    is_completed(sale)
    total = sale.refresh()["total"]
    sale.refund(total, "The glass was cracked; the seller agreed to take it back.")
    wait_for(lambda: sale.payment()["status"] == "REFUNDED", "a refund")


def is_refunded_in_part(sale: Sale) -> None:
    is_delivered(sale)
    sale.refund("2.00", "A scratch on the lid; both agreed on this.")


def waits_for_an_answer(sale: Sale) -> None:
    is_accepted(sale)
    reason = {"reason": "Ordered the wrong size."}
    sale.buyer.post(f"{sale.path}request-cancellation/", reason)


FATES: tuple[tuple[Callable[[Sale], None], int], ...] = (
    (is_completed, 9),
    (is_delivered, 3),
    (is_shipped, 4),
    (is_accepted, 3),
    (is_paid, 3),
    (is_paid_from_the_wallet, 1),
    (waits_for_an_answer, 1),
    (stays_unpaid, 2),
    (is_declined, 1),
    (is_given_up, 1),
    (is_cancelled_by_the_seller, 2),
    (is_refunded, 1),
    (is_refunded_in_part, 1),
)
METHODS = ("standard", "express", "standard", "economy")


def trade(shop: Shop) -> Iterator[str]:
    """Make every sale, a few at a time; yields what became of each."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(_make_sale, _plan(shop))


def _make_sale(plan: tuple[Callable[[Sale], None], Sale, Json, str]) -> str:
    fate, sale, product, method = plan
    sale.place(product, method=method)
    fate(sale)
    return f"{product['title']} {fate.__name__.replace('_', ' ')}"


def _plan(shop: Shop) -> Iterable[tuple[Callable[[Sale], None], Sale, Json, str]]:
    buyers, methods = cycle(shop.buyers), cycle(METHODS)
    names = cycle(shop.sellers)
    shelves = {name: cycle(products) for name, products in shop.products.items()}
    for fate, count in FATES:
        for _ in range(count):
            name = next(names)
            sale = Sale(next(buyers), shop.sellers[name], operator=shop.operator)
            yield fate, sale, next(shelves[name]), next(methods)


def withdraw(seller: Api) -> None:
    """The seller takes some of what was earned to a bank account, and asks for so much of the rest
    that two operators have to approve it."""
    account = add_bank_account(seller, "Tech seller of the demo")
    ask_for(seller, WITHDRAWAL, account)
    (wallet,) = [w for w in seller.get("/api/v1/wallet/")["results"] if w["currency"] == "EUR"]
    if Money.from_decimal(wallet["available"], "EUR") > APPROVAL_ABOVE:
        ask_for(seller, wallet["available"], account)


def ask_for(seller: Api, amount: str, account: Json) -> None:
    body = {"amount": amount, "currency": "EUR", "bank_account_id": account["id"]}
    answer = seller.post_approved("/api/v1/wallet/withdrawals/", "withdrawal", body)
    waits = ", which waits for approval" if answer["awaits_approval"] else ""
    print(f"a withdrawal of {amount} EUR{waits}", flush=True)


def schedule(seller: Api) -> None:
    """The seller is paid out every Friday."""
    add_bank_account(seller, "Craft seller of the demo")
    body = {"currency": "EUR", "interval": "WEEKLY", "weekday": "FRIDAY"}
    seller.put("/api/v1/wallet/payout-schedule/", body)
    print("a weekly payout", flush=True)


def add_bank_account(seller: Api, holder: str) -> Json:
    body = {"account_holder": holder, "iban": "DE89370400440532013000", "currency": "EUR"}
    return seller.post_approved("/api/v1/wallet/bank-accounts/", "bank_account", body)
