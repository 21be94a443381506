from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.errors import InvalidInput
from marketplace.core.money import Money
from marketplace.payments.errors import CommissionDoesNotFit, PaymentExists
from marketplace.payments.models import Payment
from marketplace.payments.repositories.payments import snapshot_of
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.snapshots import CommissionTerms, PaymentSnapshot
from marketplace.payments.streams import facts


@needs_transaction
def create_payment(
    *,
    payment_id: UUID,
    order_id: UUID,
    buyer_id: UUID,
    seller_id: UUID,
    amount: Money,
    commission: CommissionTerms,
) -> PaymentSnapshot:
    """What the buyer owes for an order, with the commission frozen. Nothing is collected yet.

    Raises :class:`PaymentExists` (one payment per order), :class:`CommissionDoesNotFit`,
    :class:`InvalidInput` for an amount that is not positive or one party in both roles.
    """
    if not amount.is_positive:
        raise InvalidInput("A payment is of more than zero.")
    if buyer_id == seller_id:
        raise InvalidInput("Buyer and seller are one person.")
    taken = commission.commission + commission.tax
    if taken.currency != amount.currency or not 0 <= taken.amount_minor <= amount.amount_minor:
        raise CommissionDoesNotFit(f"{taken} of {amount}")
    # The caller holds the order's lock, so nobody else can be creating its payment now.
    if Payment.objects.filter(order_id=order_id).exists():
        raise PaymentExists
    created = facts.PaymentCreated(
        order_id=order_id,
        buyer_id=buyer_id,
        seller_id=seller_id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        commission_terms=commission.to_json(),
    )
    payment = append_to_payment(
        payment=None,
        payment_id=payment_id,
        facts_to_add=[created],
        actor=Actor.user(buyer_id),
    )
    return snapshot_of(payment)
