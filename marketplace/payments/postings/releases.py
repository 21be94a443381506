"""Journals that pay the seller out of escrow."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal


def post_release(*, order_id: UUID, seller_id: UUID, gross: Money, commission: Money) -> UUID:
    """Escrow → the seller's wallet and the commission. One release per order."""
    currency = gross.currency
    legs = [debit(accounts.order_escrow(order_id, currency), gross)]
    # The seller takes the residual, so the parts always sum to the whole; a zero leg is no leg.
    net = gross - commission
    if net.is_positive:
        legs.append(credit(accounts.user_wallet(seller_id, currency), net))
    if commission.is_positive:
        legs.append(credit(accounts.revenue_commission(currency), commission))
    return post_journal(
        kind=JournalKind.ESCROW_RELEASE,
        business_key=f"release:{order_id}",
        reference_id=order_id,
        legs=legs,
    ).id
