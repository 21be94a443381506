"""Every journal that a payment or a payout makes: which accounts, which key that makes it once."""

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
