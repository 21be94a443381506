"""Journals of money on its way to a bank account."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal


def post_payout_requested(*, payout_id: UUID, user_id: UUID, amount: Money) -> UUID:
    """Wallet → payout in transit. Raises InsufficientFunds under the wallet's lock."""
    return post_journal(
        kind=JournalKind.PAYOUT_REQUESTED,
        business_key=f"payout:{payout_id}",
        reference_id=payout_id,
        legs=[
            debit(accounts.user_wallet(user_id, amount.currency), amount),
            credit(accounts.payout_in_transit(payout_id, amount.currency), amount),
        ],
    ).id


def post_payout_paid(*, payout_id: UUID, provider: str, amount: Money) -> UUID:
    """Payout in transit → clearing."""
    return post_journal(
        kind=JournalKind.PAYOUT_PAID,
        business_key=f"payout-paid:{payout_id}",
        reference_id=payout_id,
        legs=[
            debit(accounts.payout_in_transit(payout_id, amount.currency), amount),
            credit(accounts.psp_clearing(provider, amount.currency), amount),
        ],
    ).id


def post_payout_failed(
    *, payout_id: UUID, user_id: UUID, provider: str, amount: Money, after_paid: bool
) -> UUID:
    """Payout in transit → wallet; one that had been paid comes back into transit first."""
    currency = amount.currency
    if after_paid:
        post_journal(
            kind=JournalKind.PAYOUT_RETURNED,
            business_key=f"payout-returned:{payout_id}",
            reference_id=payout_id,
            legs=[
                debit(accounts.psp_clearing(provider, currency), amount),
                credit(accounts.payout_in_transit(payout_id, currency), amount),
            ],
        )
    return post_journal(
        kind=JournalKind.PAYOUT_FAILED,
        business_key=f"payout-failed:{payout_id}",
        reference_id=payout_id,
        legs=[
            debit(accounts.payout_in_transit(payout_id, currency), amount),
            credit(accounts.user_wallet(user_id, currency), amount),
        ],
    ).id
