"""Journals of money on its way back to the buyer."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal
from marketplace.payments.postings.shares import SellersShare


def post_refund(
    *,
    refund_id: UUID,
    order_id: UUID,
    amount: Money,
    seller_id: UUID,
    share: SellersShare | None = None,
    tax_jurisdiction: str = "",
) -> UUID:
    """Escrow, and the seller's ``share`` of what had been released → refund in transit."""
    currency = amount.currency
    from_escrow = amount - share.total if share else amount
    legs = [credit(accounts.refund_in_transit(refund_id, currency), amount)]
    if from_escrow.is_positive:
        legs.append(debit(accounts.order_escrow(order_id, currency), from_escrow))
    if share:
        taken = (
            (accounts.user_wallet(seller_id, currency), share.wallet),
            (accounts.seller_receivable(seller_id, currency), share.receivable),
            (accounts.revenue_commission(currency), share.commission),
        )
        legs += [debit(account, part) for account, part in taken if part.is_positive]
        if share.tax.is_positive:
            legs.append(debit(accounts.tax(tax_jurisdiction, currency), share.tax))
    kind = JournalKind.REFUND_AFTER_RELEASE if share else JournalKind.REFUND_BEFORE_RELEASE
    return post_journal(
        kind=kind, business_key=f"refund:{refund_id}", reference_id=order_id, legs=legs
    ).id


def post_refund_from_suspense(
    *, refund_id: UUID, order_id: UUID, provider: str, amount: Money
) -> UUID:
    """Suspense → refund in transit: money that was never the order's goes back."""
    return post_journal(
        kind=JournalKind.REFUND_BEFORE_RELEASE,
        business_key=f"refund:{refund_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.suspense(provider, amount.currency), amount),
            credit(accounts.refund_in_transit(refund_id, amount.currency), amount),
        ],
        metadata={"from": "suspense"},
    ).id


def post_refund_succeeded(*, refund_id: UUID, order_id: UUID, provider: str, amount: Money) -> UUID:
    """Refund in transit → clearing: the provider has sent it."""
    return post_journal(
        kind=JournalKind.REFUND_SUCCEEDED,
        business_key=f"refund-succeeded:{refund_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.refund_in_transit(refund_id, amount.currency), amount),
            credit(accounts.psp_clearing(provider, amount.currency), amount),
        ],
    ).id


def post_refund_failed(
    *,
    refund_id: UUID,
    order_id: UUID,
    buyer_id: UUID,
    provider: str,
    amount: Money,
    after_success: bool,
    to_disputed: Money,
    to_loss: Money,
    to_suspense: Money,
) -> UUID:
    """Refund in transit → the buyer's wallet; a success that was taken back returns first.

    Unless a chargeback has given the buyer the same money: then it covers that, as what is frozen
    while it is open, and against the platform's loss once it is lost. A refund of what was in
    suspense evens out there what the chargeback took.
    """
    currency = amount.currency
    to_wallet = amount - to_disputed - to_loss - to_suspense
    taken = (
        (accounts.user_wallet(buyer_id, currency), to_wallet),
        (accounts.order_disputed(order_id, currency), to_disputed),
        (accounts.expense_chargeback_loss(currency), to_loss),
        (accounts.suspense(provider, currency), to_suspense),
    )
    if after_success:
        post_journal(
            kind=JournalKind.REFUND_RETURNED,
            business_key=f"refund-returned:{refund_id}",
            reference_id=order_id,
            legs=[
                debit(accounts.psp_clearing(provider, currency), amount),
                credit(accounts.refund_in_transit(refund_id, currency), amount),
            ],
        )
    return post_journal(
        kind=JournalKind.REFUND_FAILED,
        business_key=f"refund-failed:{refund_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.refund_in_transit(refund_id, currency), amount),
            *[credit(account, part) for account, part in taken if part.is_positive],
        ],
    ).id
