"""Work out an order from one seller's basket: amounts, commission, terms. Nothing is written."""

from datetime import datetime
from uuid import UUID

from marketplace.core.money import MAX_AMOUNT_MINOR, Money
from marketplace.logistics.services import quote_shipping
from marketplace.orders.addresses import ShippingAddress
from marketplace.orders.basket import PricedLine, SellerBasket
from marketplace.orders.errors import BasketInvalid
from marketplace.orders.models import Checkout, Order, OrderItem
from marketplace.orders.repositories import PolicyRepository
from marketplace.payments.services import CommissionTerms, SaleLine, quote_commission


def draft_order(
    checkout: Checkout,
    basket: SellerBasket,
    *,
    address: ShippingAddress,
    method: str,
    notes: str,
    at: datetime,
    payment_id: UUID,
) -> tuple[Order, list[OrderItem], CommissionTerms]:
    """The order, its lines and the commission; tax is 0 until a tax service exists."""
    subtotal = basket.subtotal
    quote = quote_shipping(
        method_code=method,
        currency=subtotal.currency,
        subtotal=subtotal,
        destination_country=address.country,
    )
    commission = _commission(basket)
    total = subtotal + quote.cost + commission.buyer_fee
    if total.amount_minor > MAX_AMOUNT_MINOR:
        raise BasketInvalid("The order is worth more than can be traded here.")
    # The dearest line's category decides on the timers of the whole order.
    terms = PolicyRepository().terms_for(basket.dearest.category_ids)
    order = Order(
        id=basket.order_id,
        checkout=checkout,
        buyer_id=checkout.buyer_id,
        seller_id=basket.seller_id,
        currency=total.currency,
        subtotal_minor=subtotal.amount_minor,
        shipping_cost_minor=quote.cost.amount_minor,
        buyer_fee_minor=commission.buyer_fee_minor,
        total_minor=total.amount_minor,
        payment_id=payment_id,
        shipping_address=address.to_json(),
        shipping_method=quote.method_code,
        is_tracked=quote.tracked,
        is_in_person=quote.in_person,
        carrier=quote.carrier,
        notes=notes,
        commission_terms=commission.to_json(),
        escrow_terms=terms.to_json(),
        created_at=at,
        updated_at=at,
    )
    return order, [_item(order, line, at) for line in basket.priced], commission


def _commission(basket: SellerBasket) -> CommissionTerms:
    """Of the goods, since categories differ in their rules; not of the shipping."""
    return quote_commission(
        lines=[SaleLine(line.total, line.category_ids) for line in basket.priced],
        seller_id=basket.seller_id,
    )


def _item(order: Order, line: PricedLine, at: datetime) -> OrderItem:
    total: Money = line.total
    return OrderItem(
        order=order,
        product_id=line.product_id,
        title=line.title,
        image_url=line.image_url,
        quantity=line.quantity,
        unit_price_minor=line.unit_price.amount_minor,
        total_price_minor=total.amount_minor,
        currency=total.currency,
        created_at=at,
        updated_at=at,
    )
