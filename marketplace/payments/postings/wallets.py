"""Journals of a user's wallet: what fills it, and what it pays."""

from uuid import UUID

from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import credit, debit, post_journal
from marketplace.payments.postings.shares import some


def post_wallet_payment(*, payment_id: UUID, order_id: UUID, buyer_id: UUID, amount: Money) -> UUID:
    """Buyer's wallet → escrow. The key of a hold: one per payment, whoever paid.

    Raises InsufficientFunds under the wallet's lock.
    """
    return post_journal(
        kind=JournalKind.WALLET_PAYMENT,
        business_key=f"hold:{payment_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.user_wallet(buyer_id, amount.currency), amount),
            credit(accounts.order_escrow(order_id, amount.currency), amount),
        ],
        metadata={"payment_id": str(payment_id)},
    ).id


def post_refund_to_wallet(
    *, refund_id: UUID, order_id: UUID, buyer_id: UUID, amount: Money
) -> UUID:
    """Refund in transit → the wallet that had paid. The key of a success: one per refund."""
    return post_journal(
        kind=JournalKind.REFUND_TO_WALLET,
        business_key=f"refund-succeeded:{refund_id}",
        reference_id=order_id,
        legs=[
            debit(accounts.refund_in_transit(refund_id, amount.currency), amount),
            credit(accounts.user_wallet(buyer_id, amount.currency), amount),
        ],
    ).id


def post_top_up(*, top_up_id: UUID, user_id: UUID, provider: str, amount: Money) -> UUID:
    """Captured: clearing → wallet. One credit per top-up."""
    return post_journal(
        kind=JournalKind.WALLET_TOP_UP,
        business_key=f"top-up:{top_up_id}",
        reference_id=top_up_id,
        legs=[
            debit(accounts.psp_clearing(provider, amount.currency), amount),
            credit(accounts.user_wallet(user_id, amount.currency), amount),
        ],
    ).id


def post_top_up_from_suspense(
    *, top_up_id: UUID, user_id: UUID, provider: str, amount: Money
) -> UUID:
    """An operator takes another amount than was asked as it is: suspense → wallet."""
    return post_journal(
        kind=JournalKind.WALLET_TOP_UP,
        business_key=f"top-up:{top_up_id}",
        reference_id=top_up_id,
        legs=[
            debit(accounts.suspense(provider, amount.currency), amount),
            credit(accounts.user_wallet(user_id, amount.currency), amount),
        ],
        metadata={"from": "suspense"},
    ).id


def post_top_up_charged_back(
    *,
    chargeback_id: UUID,
    top_up_id: UUID,
    user_id: UUID,
    provider: str,
    wallet: Money,
    receivable: Money,
) -> UUID:
    """The user's wallet, and what the user owes → suspense, where the provider's taking stands."""
    currency = wallet.currency
    return post_journal(
        kind=JournalKind.TOP_UP_CHARGED_BACK,
        business_key=f"top-up-charged-back:{chargeback_id}",
        reference_id=top_up_id,
        legs=[
            *some(debit, accounts.user_wallet(user_id, currency), wallet),
            *some(debit, accounts.seller_receivable(user_id, currency), receivable),
            credit(accounts.suspense(provider, currency), wallet + receivable),
        ],
    ).id


def post_top_up_given_back(
    *,
    chargeback_id: UUID,
    top_up_id: UUID,
    user_id: UUID,
    provider: str,
    wallet: Money,
    receivable: Money,
) -> UUID:
    """The chargeback was won: suspense → what the user still owes, and the wallet."""
    currency = wallet.currency
    return post_journal(
        kind=JournalKind.TOP_UP_GIVEN_BACK,
        business_key=f"top-up-given-back:{chargeback_id}",
        reference_id=top_up_id,
        legs=[
            debit(accounts.suspense(provider, currency), wallet + receivable),
            *some(credit, accounts.seller_receivable(user_id, currency), receivable),
            *some(credit, accounts.user_wallet(user_id, currency), wallet),
        ],
    ).id


def post_exchange(
    *, exchange_id: UUID, user_id: UUID, sold: Money, bought: Money, rate: str
) -> UUID:
    """Across currencies, the only way: two legs that each balance in a currency of their own.

    User's wallet → our position in what was sold; our position in what was bought → wallet.
    """
    return post_journal(
        kind=JournalKind.CURRENCY_EXCHANGE,
        business_key=f"exchange:{exchange_id}",
        reference_id=user_id,
        legs=[
            debit(accounts.user_wallet(user_id, sold.currency), sold),
            credit(accounts.fx(bought.currency, sold.currency), sold),
            debit(accounts.fx(sold.currency, bought.currency), bought),
            credit(accounts.user_wallet(user_id, bought.currency), bought),
        ],
        metadata={"exchange_id": str(exchange_id), "rate": rate},
    ).id
