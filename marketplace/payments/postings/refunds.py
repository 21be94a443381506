"""Journals of money on its way back to the buyer."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal


def post_refund_from_escrow(*, refund_id: UUID, order_id: UUID, amount: Money) -> UUID:
    """Escrow → refund in transit."""
    return post_journal(
        kind=JournalKind.REFUND_BEFORE_RELEASE,
        business_key=f"refund:{refund_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.order_escrow(order_id, amount.currency), amount),
            credit(accounts.refund_in_transit(refund_id, amount.currency), amount),
        ],
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
) -> UUID:
    """Refund in transit → the buyer's wallet; a success that was taken back returns first."""
    currency = amount.currency
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
            credit(accounts.user_wallet(buyer_id, currency), amount),
        ],
    ).id
