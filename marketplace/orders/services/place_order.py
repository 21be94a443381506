from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import Forbidden
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.orders.addresses import ADDRESS_FIELDS, ShippingAddress
from marketplace.orders.basket import SellerBasket, price_baskets, split_by_seller, tidy
from marketplace.orders.events import OrderPlaced
from marketplace.orders.models import Checkout, DeadlineKind, Order, OrderItem
from marketplace.orders.repositories import DeadlineRepository, OrderRepository
from marketplace.orders.services._draft import draft_order
from marketplace.orders.services._facts import facts_of
from marketplace.orders.services._trading_limits import check_trading_limits
from marketplace.orders.snapshots import BasketLine, CheckoutSnapshot
from marketplace.orders.transitions import Command, Party
from marketplace.payments.services import CommissionTerms, create_payment
from marketplace.products.services import reserve_stock
from marketplace.users.queries import check_consents, get_postal_address

GRACE = timedelta(hours=1)
"""Stock stays with an order a little longer than its last moment to pay: the order decides."""


@opens_transaction
def place_order(
    *,
    actor: Actor,
    lines: Sequence[BasketLine],
    shipping_address: Mapping[str, Any] | None = None,
    shipping_address_id: UUID | None = None,
    shipping_method: str,
    notes: str = "",
) -> CheckoutSnapshot:
    """Turn a basket into one order per seller under one checkout: all of them or none.

    Stock is reserved, price, commission and terms are frozen, shipping is quoted, and a payment is
    created for each order. The address is given, or one that the buyer keeps is named (NotFound
    when it is not theirs). Raises BasketInvalid, AddressInvalid, ProductUnknown, OwnListing,
    SellerNotTrading, BasketMixesCurrencies, TradingLimitReached, SellerLimitReached, and of the
    services below ConsentsOutstanding, ProductNotAvailable, OutOfStock, ShippingMethodUnknown,
    ShippingMethodNotAvailable.
    """
    if actor.user_id is None:
        raise Forbidden("Only a user can buy.")
    check_consents(user_id=actor.user_id)
    if shipping_address_id is not None:
        # Copied: what the buyer changes there later changes no order.
        kept = get_postal_address(user_id=actor.user_id, address_id=shipping_address_id)
        shipping_address = {name: getattr(kept, name) for name in ADDRESS_FIELDS}
    address = ShippingAddress.from_input(shipping_address or {})
    baskets = split_by_seller(tidy(lines), buyer_id=actor.user_id)
    now = clock.database_now()
    checkout = Checkout.objects.create(buyer_id=actor.user_id, created_at=now)
    # Sellers by id, and products by id within each: two baskets at once lock the same stock rows in
    # the same order, since a product has one seller.
    for basket in baskets:
        expires_at = now + timedelta(days=1) + GRACE
        reserve_stock(order_id=basket.order_id, lines=basket.stock_lines(), expires_at=expires_at)
    # Read again: prices and status are now those under the stock rows' locks.
    placed = [
        _place(
            checkout, actor, basket, address=address, method=shipping_method, notes=notes, at=now
        )
        for basket in price_baskets(baskets)
    ]
    # Last, because it is counted with these orders and under the last of the locks.
    check_trading_limits(placed, at=now)
    orders = OrderRepository()
    return CheckoutSnapshot(
        checkout_id=checkout.id,
        orders=tuple(orders.snapshot(order, actor=actor) for order in placed),
    )


def _place(
    checkout: Checkout,
    actor: Actor,
    basket: SellerBasket,
    *,
    address: ShippingAddress,
    method: str,
    notes: str,
    at: datetime,
) -> Order:
    order, items, commission = draft_order(
        checkout, basket, address=address, method=method, notes=notes, at=at, payment_id=new_id()
    )
    order.save(force_insert=True)
    OrderItem.objects.bulk_create(items)
    pay_by_at = at + order.terms.pay_window(is_slow=False)
    DeadlineRepository().open(order, DeadlineKind.PAY, due_at=pay_by_at, at=at)
    OrderRepository().note(
        order, Command.PLACE_ORDER, party=Party.BUYER, actor=actor, from_status=""
    )
    _create_payment(order, commission)
    record(OrderPlaced(**facts_of(order), pay_by_at=pay_by_at), key=order.id)
    return order


def _create_payment(order: Order, commission: CommissionTerms) -> None:
    payment_id: UUID = order.payment_id
    create_payment(
        payment_id=payment_id,
        order_id=order.id,
        buyer_id=order.buyer_id,
        seller_id=order.seller_id,
        amount=order.total,
        commission=commission,
    )
