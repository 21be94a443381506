"""Journals of chargebacks: the payer's bank takes the money, and decides."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import Leg, credit, debit, post_journal
from marketplace.payments.postings.shares import some


def post_chargeback_opened(
    *, chargeback_id: UUID, order_id: UUID, provider: str, amount: Money, fee: Money
) -> UUID:
    """Clearing → the chargeback's funds, and the provider's fee. One per chargeback."""
    return post_journal(
        kind=JournalKind.CHARGEBACK_OPENED,
        business_key=f"chargeback:{chargeback_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.chargeback_funds(chargeback_id, amount.currency), amount),
            *_fee(fee),
            *_taken(provider, amount, fee),
        ],
    ).id


def post_escrow_disputed(*, chargeback_id: UUID, order_id: UUID, amount: Money) -> UUID:
    """Escrow → disputed: what was still held is frozen."""
    return post_journal(
        kind=JournalKind.ESCROW_DISPUTED,
        business_key=f"chargeback-disputed:{chargeback_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.order_escrow(order_id, amount.currency), amount),
            credit(accounts.order_disputed(order_id, amount.currency), amount),
        ],
    ).id


def post_chargeback_won(
    *,
    chargeback_id: UUID,
    order_id: UUID,
    buyer_id: UUID,
    provider: str,
    amount: Money,
    to_escrow: Money,
    to_buyer: Money,
) -> UUID:
    """The funds come back: clearing ← funds, and what was frozen is escrow again.

    ``to_buyer``: of refunds that failed meanwhile. The buyer is owed them again.
    """
    currency = amount.currency
    return post_journal(
        kind=JournalKind.CHARGEBACK_WON,
        business_key=f"chargeback-won:{chargeback_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.psp_clearing(provider, currency), amount),
            credit(accounts.chargeback_funds(chargeback_id, currency), amount),
            *some(debit, accounts.order_disputed(order_id, currency), to_escrow + to_buyer),
            *some(credit, accounts.order_escrow(order_id, currency), to_escrow),
            *some(credit, accounts.user_wallet(buyer_id, currency), to_buyer),
        ],
    ).id


def post_chargeback_lost(
    *,
    chargeback_id: UUID,
    order_id: UUID,
    seller_id: UUID,
    amount: Money,
    disputed: Money,
    wallet: Money,
    receivable: Money,
    loss: Money,
) -> UUID:
    """The funds are gone: what was frozen pays, then the seller, then the platform."""
    currency = amount.currency
    return post_journal(
        kind=JournalKind.CHARGEBACK_LOST,
        business_key=f"chargeback-lost:{chargeback_id}",
        reference_id=order_id,
        legs=[
            *some(debit, accounts.order_disputed(order_id, currency), disputed),
            *some(debit, accounts.user_wallet(seller_id, currency), wallet),
            *some(debit, accounts.seller_receivable(seller_id, currency), receivable),
            *some(debit, accounts.expense_chargeback_loss(currency), loss),
            credit(accounts.chargeback_funds(chargeback_id, currency), amount),
        ],
    ).id


def post_unmatched_chargeback(
    *, subject_id: UUID, reference_id: UUID, provider: str, amount: Money, fee: Money
) -> UUID:
    """Taken for a payment that no escrow of ours knows: suspense, and the fee, ← clearing."""
    return post_journal(
        kind=JournalKind.SHORTAGE,
        business_key=f"unmatched-chargeback:{subject_id}",
        reference_id=reference_id,
        legs=[
            debit(accounts.suspense(provider, amount.currency), amount),
            *_fee(fee),
            *_taken(provider, amount, fee),
        ],
    ).id


def post_unmatched_chargeback_returned(
    *, subject_id: UUID, reference_id: UUID, provider: str, amount: Money
) -> UUID:
    """It was won: clearing ← suspense, so nothing is left there. The fee stays spent."""
    return post_journal(
        kind=JournalKind.UNMATCHED_RECEIPT,
        business_key=f"unmatched-chargeback-returned:{subject_id}",
        reference_id=reference_id,
        legs=[
            debit(accounts.psp_clearing(provider, amount.currency), amount),
            credit(accounts.suspense(provider, amount.currency), amount),
        ],
    ).id


def _fee(fee: Money) -> list[Leg]:
    return some(debit, accounts.expense_chargeback_fee(fee.currency), fee)


def _taken(provider: str, amount: Money, fee: Money) -> list[Leg]:
    if fee.currency == amount.currency:
        amount, fee = amount + fee, Money.zero(fee.currency)
    taken = [credit(accounts.psp_clearing(provider, amount.currency), amount)]
    return taken + some(credit, accounts.psp_clearing(provider, fee.currency), fee)
