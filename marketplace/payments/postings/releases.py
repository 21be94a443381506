"""Journals that pay the seller out of escrow."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments import slices
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal
from marketplace.payments.models import LedgerJournal


def post_release(
    *,
    release_id: UUID,
    order_id: UUID,
    seller_id: UUID,
    part: slices.Slice,
    tax_jurisdiction: str = "",
) -> UUID:
    """Escrow → the seller's wallet, the commission and the tax on it. One per release id."""
    currency = part.gross.currency
    legs = [debit(accounts.order_escrow(order_id, currency), part.gross)]
    # The seller takes the residual, so the parts always sum to the whole; a zero leg is no leg.
    if part.net.is_positive:
        legs.append(credit(accounts.user_wallet(seller_id, currency), part.net))
    if part.commission.is_positive:
        legs.append(credit(accounts.revenue_commission(currency), part.commission))
    if part.tax.is_positive:
        legs.append(credit(accounts.tax(tax_jurisdiction, currency), part.tax))
    return post_journal(
        kind=JournalKind.ESCROW_RELEASE,
        business_key=f"release:{release_id}",
        reference_id=order_id,
        legs=legs,
    ).id


def post_receivable_repaid(
    *, cause_id: UUID, reference_id: UUID, seller_id: UUID, amount: Money
) -> UUID:
    """The seller's wallet → what the seller owes. One per journal that filled the wallet."""
    return post_journal(
        kind=JournalKind.RECEIVABLE_REPAID,
        business_key=f"receivable-repaid:{cause_id}",
        reference_id=reference_id,
        legs=[
            debit(accounts.user_wallet(seller_id, amount.currency), amount),
            credit(accounts.seller_receivable(seller_id, amount.currency), amount),
        ],
    ).id


def post_write_off(
    *, write_off_id: UUID, seller_id: UUID, amount: Money, actor: str, reason: str
) -> UUID:
    """What the seller owes → the platform's loss. One per write-off id."""
    return post_journal(
        kind=JournalKind.WRITE_OFF,
        business_key=f"write-off:{write_off_id}",
        reference_id=seller_id,
        legs=[
            debit(accounts.expense_chargeback_loss(amount.currency), amount),
            credit(accounts.seller_receivable(seller_id, amount.currency), amount),
        ],
        metadata={"actor": actor, "reason": reason},
    ).id


def is_written_off(write_off_id: UUID) -> bool:
    return LedgerJournal.objects.filter(business_key=f"write-off:{write_off_id}").exists()
