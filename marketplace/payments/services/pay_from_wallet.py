from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import (
    FundsOnHold,
    IdempotencyKeyReused,
    InsufficientBalance,
    PaymentAlreadyPaid,
    WalletInactive,
)
from marketplace.payments.events import FundsHeld
from marketplace.payments.models import WALLET, AttemptStatus, Payment, Wallet
from marketplace.payments.policies import check_may_pay, check_payable
from marketplace.payments.repositories.payments import lock_payment, snapshot_of
from marketplace.payments.repositories.payout_policies import read_payout_terms
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet, lock_wallet
from marketplace.payments.services._payout_rules import lock_means
from marketplace.payments.snapshots import PaymentStart
from marketplace.payments.streams import facts

NOTHING_TO_DO = {"type": "none"}


@needs_transaction
def pay_from_wallet(*, payment_id: UUID, actor: Actor, idempotency_key: str) -> PaymentStart:
    """The buyer's wallet → escrow, at once and whole: no provider is asked.

    The caller moves its order in the same transaction. The same key again gives the same answer.
    A card attempt may be open meanwhile: what it collects later is a second payment, which waits
    in suspense for an operator. Nobody outside holds the money, so there is no date by which it
    must be settled, and there can be no chargeback.

    Raises :class:`NotFound` (anyone but the buyer), :class:`PaymentAlreadyPaid`,
    :class:`PaymentVoided`, :class:`IdempotencyKeyReused`, :class:`WalletInactive`,
    :class:`InsufficientBalance`, :class:`FundsOnHold`.
    """
    payment = lock_payment(payment_id)
    check_may_pay(payment, actor)
    first = repeated_wallet_payment(payment, idempotency_key)
    if first is not None:
        return first
    check_payable(payment)
    if payment.attempts.filter(status=AttemptStatus.CAPTURED).exists():
        # A provider has collected it and it is about to be held.
        raise PaymentAlreadyPaid
    return _pay(payment, actor, idempotency_key)


def repeated_wallet_payment(payment: Payment, idempotency_key: str) -> PaymentStart | None:
    """What was answered to this key, if the wallet has paid under it."""
    known = payment.attempts.filter(client_key=idempotency_key).first()
    if known is None:
        return None
    if known.method != WALLET:
        raise IdempotencyKeyReused
    return PaymentStart(snapshot_of(payment), known.id, NOTHING_TO_DO)


def _pay(payment: Payment, actor: Actor, client_key: str) -> PaymentStart:
    amount = Money(payment.amount_minor, payment.currency)
    wallet = lock_wallet(user_id=payment.user_id, currency=amount.currency)
    if not wallet.is_active:
        raise WalletInactive
    _check_means(wallet, amount)
    # The seller sees what is coming, so the wallet is there from now on.
    ensure_wallet(user_id=payment.seller_id, currency=amount.currency)
    journal_id = postings.post_wallet_payment(
        payment_id=payment.id, order_id=payment.order_id, buyer_id=payment.user_id, amount=amount
    )
    paid = facts.PaidFromWallet(
        attempt_id=new_id(),
        client_key=client_key,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        wallet_id=wallet.id,
        journal_id=journal_id,
    )
    append_to_payment(payment=payment, payment_id=payment.id, facts_to_add=[paid], actor=actor)
    record(
        FundsHeld(
            payment_id=payment.id,
            order_id=payment.order_id,
            buyer_id=payment.user_id,
            seller_id=payment.seller_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=payment.order_id,
    )
    return PaymentStart(snapshot_of(payment), paid.attempt_id, NOTHING_TO_DO)


def _check_means(wallet: Wallet, amount: Money) -> None:
    """What is held back after a sale cannot be spent either: a purchase is a way out, too.

    Decided under the lock of the wallet's balance, which the posting takes next.
    """
    terms = read_payout_terms(user_id=wallet.user_id, currency=wallet.currency)
    means = lock_means(wallet, terms, clock.database_now()).withdrawable
    if amount.amount_minor > means.balance_minor:
        there = Money(means.balance_minor, amount.currency)
        raise InsufficientBalance(f"This order costs {amount}; {there} is in the wallet.")
    if amount.amount_minor > means.available_minor:
        available = Money(means.available_minor, amount.currency)
        raise FundsOnHold(
            f"This order costs {amount}; {available} can be used now, and the rest is held for a "
            "while after each sale.",
            available=available.to_decimal_string(),
        )
