"""Journals of money that comes in, and of money that fits nowhere."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal


def post_hold(*, payment_id: UUID, order_id: UUID, provider: str, amount: Money) -> UUID:
    """Captured: clearing → escrow. One hold per payment."""
    currency = amount.currency
    return post_journal(
        kind=JournalKind.ESCROW_HOLD,
        business_key=f"hold:{payment_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.psp_clearing(provider, currency), amount),
            credit(accounts.order_escrow(order_id, currency), amount),
        ],
        metadata={"payment_id": str(payment_id)},
    ).id


def post_hold_from_suspense(
    *, payment_id: UUID, order_id: UUID, provider: str, amount: Money
) -> UUID:
    """An operator found out whose it is: suspense → escrow. The key of a hold: one per payment."""
    currency = amount.currency
    return post_journal(
        kind=JournalKind.ESCROW_HOLD,
        business_key=f"hold:{payment_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.suspense(provider, currency), amount),
            credit(accounts.order_escrow(order_id, currency), amount),
        ],
        metadata={"payment_id": str(payment_id), "from": "suspense"},
    ).id


def post_unmatched_receipt(
    *, subject_id: UUID, reference_id: UUID, provider: str, amount: Money
) -> UUID:
    """Money that fits no order: clearing → suspense. One per attempt (or review)."""
    return post_journal(
        kind=JournalKind.UNMATCHED_RECEIPT,
        business_key=f"unmatched:{subject_id}",
        reference_id=reference_id,
        legs=[
            debit(accounts.psp_clearing(provider, amount.currency), amount),
            credit(accounts.suspense(provider, amount.currency), amount),
        ],
    ).id


def post_shortage(*, subject_id: UUID, reference_id: UUID, provider: str, amount: Money) -> UUID:
    """The provider paid out money that we had given back already: suspense ← clearing."""
    return post_journal(
        kind=JournalKind.SHORTAGE,
        business_key=f"shortage:{subject_id}",
        reference_id=reference_id,
        legs=[
            debit(accounts.suspense(provider, amount.currency), amount),
            credit(accounts.psp_clearing(provider, amount.currency), amount),
        ],
    ).id
