"""A basket on its way to orders: tidied, split by seller, priced under the stock's locks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.orders.errors import (
    BasketInvalid,
    BasketMixesCurrencies,
    OwnListing,
    ProductUnknown,
    SellerNotTrading,
)
from marketplace.orders.snapshots import BasketLine
from marketplace.products.queries import PurchasableProduct, get_purchasable
from marketplace.products.services import ProductNotAvailable, StockLine
from marketplace.users.queries import list_closed

MAX_LINES = 50
MAX_QUANTITY = 1000
MAX_NOTES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    product_id: UUID
    title: str
    image_url: str
    category_ids: tuple[UUID, ...]
    quantity: int
    unit_price: Money

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerBasket:
    """What one order will hold; ``priced`` is empty until the stock is reserved."""

    seller_id: UUID
    quantities: Mapping[UUID, int]
    order_id: UUID = field(default_factory=new_id)
    priced: tuple[PricedLine, ...] = ()

    def stock_lines(self) -> list[StockLine]:
        return [
            StockLine(product_id=product_id, quantity=quantity)
            for product_id, quantity in sorted(self.quantities.items())
        ]

    @property
    def subtotal(self) -> Money:
        total = Money.zero(self.priced[0].unit_price.currency)
        for line in self.priced:
            total += line.total
        return total

    @property
    def dearest(self) -> PricedLine:
        return max(self.priced, key=lambda line: (line.total.amount_minor, line.product_id))


def tidy(lines: Sequence[BasketLine]) -> Mapping[UUID, int]:
    """Quantities by product, lines of one product added up; raises BasketInvalid."""
    if not 0 < len(lines) <= MAX_LINES:
        raise BasketInvalid(
            f"A basket has 1 to {MAX_LINES} lines.", fields={"items": [f"1 to {MAX_LINES} lines."]}
        )
    quantities: Counter[UUID] = Counter()
    for line in lines:
        quantities[line.product_id] += line.quantity
    if any(not 0 < quantity <= MAX_QUANTITY for quantity in quantities.values()):
        raise BasketInvalid(
            f"A quantity is 1 to {MAX_QUANTITY}.",
            fields={"items": [f"Each quantity is 1 to {MAX_QUANTITY}."]},
        )
    return quantities


def split_by_seller(quantities: Mapping[UUID, int], *, buyer_id: UUID) -> list[SellerBasket]:
    """One basket per seller, by seller id. Raises ProductUnknown, ProductNotAvailable, OwnListing,
    SellerNotTrading."""
    products = get_purchasable(product_ids=quantities)
    if unknown := sorted(quantities.keys() - products.keys()):
        raise ProductUnknown(
            "Take the named products out of the basket.",
            product_ids=[str(product_id) for product_id in unknown],
        )
    if own := sorted(p.id for p in products.values() if p.seller_id == buyer_id):
        raise OwnListing(product_ids=[str(product_id) for product_id in own])
    if gone := sorted(p.id for p in products.values() if not p.is_purchasable):
        raise ProductNotAvailable(gone)
    sellers = sorted({product.seller_id for product in products.values()})
    _check_trading(sellers)
    baskets = []
    for seller_id in sellers:
        of_seller = {
            product_id: quantity
            for product_id, quantity in quantities.items()
            if products[product_id].seller_id == seller_id
        }
        baskets.append(SellerBasket(seller_id=seller_id, quantities=of_seller))
    return baskets


def price_baskets(baskets: Sequence[SellerBasket]) -> list[SellerBasket]:
    """The same baskets with the prices that hold now; called with the stock rows locked."""
    products = get_purchasable(
        product_ids=[product_id for basket in baskets for product_id in basket.quantities]
    )
    return [_price(basket, products) for basket in baskets]


def _price(basket: SellerBasket, products: Mapping[UUID, PurchasableProduct]) -> SellerBasket:
    priced = tuple(
        PricedLine(
            product_id=product_id,
            title=products[product_id].title,
            image_url=products[product_id].image_url,
            category_ids=products[product_id].category_ids,
            quantity=quantity,
            unit_price=products[product_id].price,
        )
        for product_id, quantity in basket.quantities.items()
    )
    if len({line.unit_price.currency for line in priced}) > 1:
        raise BasketMixesCurrencies(
            "Order them apart: a seller is paid for one order in one currency."
        )
    return SellerBasket(
        seller_id=basket.seller_id,
        quantities=basket.quantities,
        order_id=basket.order_id,
        priced=priced,
    )


def _check_trading(seller_ids: Sequence[UUID]) -> None:
    for seller_id in sorted(list_closed(user_ids=seller_ids)):
        raise SellerNotTrading(
            "Take this seller's products out of the basket.", seller_id=str(seller_id)
        )
