"""Journals between the platform, its providers and its bank; no buyer's or seller's money."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import PostedJournal, credit, debit, post_journal


def provider_fee_key(provider: str, provider_payment_id: str, number: int = 1) -> str:
    """The key that makes a payment's fee happen once; ``number`` counts what was taken back."""
    return f"{_numbered('psp-fee', number)}:{provider}:{provider_payment_id}"


def settlement_key(provider: str, settlement_id: str, number: int = 1) -> str:
    """The key that makes a settlement happen once; ``number`` counts what was taken back."""
    return f"{_numbered('settlement', number)}:{provider}:{settlement_id}"


def _numbered(word: str, number: int) -> str:
    # Reconciliation reads the word and what follows it: see ``WORD`` there.
    return word if number == 1 else f"{word}-{number}"


def post_provider_fee(
    *,
    provider: str,
    provider_payment_id: str,
    reference_id: UUID,
    amount: Money,
    metadata: Mapping[str, str],
    number: int = 1,
) -> PostedJournal:
    """What the provider kept of a payment: psp_fee ← clearing. One per payment of the provider."""
    currency = amount.currency
    return post_journal(
        kind=JournalKind.PROVIDER_FEE,
        business_key=provider_fee_key(provider, provider_payment_id, number),
        reference_id=reference_id,
        legs=[
            debit(accounts.expense_psp_fee(currency), amount),
            credit(accounts.psp_clearing(provider, currency), amount),
        ],
        metadata=metadata,
    )


def post_settlement(
    *,
    provider: str,
    settlement_id: str,
    reference_id: UUID,
    bank: str,
    amount: Money,
    occurred_at: datetime,
    metadata: Mapping[str, str],
    number: int = 1,
) -> PostedJournal:
    """The provider paid our own bank account: bank ← clearing. One per settlement id."""
    currency = amount.currency
    return post_journal(
        kind=JournalKind.SETTLEMENT,
        business_key=settlement_key(provider, settlement_id, number),
        reference_id=reference_id,
        legs=[
            debit(accounts.bank(bank, currency), amount),
            credit(accounts.psp_clearing(provider, currency), amount),
        ],
        metadata=metadata,
        occurred_at=occurred_at,
    )
