"""Request refunds and give them their appointment with the provider."""

from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.events import RefundRequested, RefundSucceeded, SellerCharged
from marketplace.payments.models import WALLET, Payment, PaymentAttempt, Refund
from marketplace.payments.postings import SellersShare
from marketplace.payments.repositories.payments import refund_snapshot_of
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.snapshots import RefundSnapshot
from marketplace.payments.streams import facts

MAX_REASON_LENGTH = 500


@needs_transaction
def request_refund(
    *,
    refund_id: UUID,
    payment: Payment,
    attempt: PaymentAttempt,
    source: str,
    amount: Money,
    reason: str,
    journal_id: UUID,
    actor: Actor,
    share: SellersShare | None = None,
) -> RefundSnapshot:
    """Write the intent, due at once. The money has been posted to transit by the caller.

    What the wallet had paid goes back into it here and now: there is nobody to ask.
    ``share`` is the part that had been released, and who bears it.
    """
    requested = facts.RefundRequested(
        refund_id=refund_id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        provider_payment_id=attempt.provider_payment_id or "",
        source=source,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason[:MAX_REASON_LENGTH],
        wallet_id=ensure_wallet(user_id=payment.user_id, currency=amount.currency),
        journal_id=journal_id,
        from_seller_minor=share.total.amount_minor if share else 0,
    )
    is_from_wallet = attempt.provider == WALLET
    refund = Refund(next_check_at=None if is_from_wallet else clock.database_now())
    taken = [_taken(requested, payment, share)] if share else []
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[requested, *taken],
        actor=actor,
        new_refund=refund,
    )
    _publish(payment, refund_id, amount, share)
    if is_from_wallet:
        _settle_into_wallet(payment, refund, amount)
    return refund_snapshot_of(refund, payment)


def _publish(payment: Payment, refund_id: UUID, amount: Money, share: SellersShare | None) -> None:
    record(
        RefundRequested(
            refund_id=refund_id,
            payment_id=payment.id,
            order_id=payment.order_id,
            buyer_id=payment.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=payment.order_id,
    )
    if share:
        record(
            SellerCharged(
                payment_id=payment.id,
                order_id=payment.order_id,
                seller_id=payment.seller_id,
                wallet_minor=share.wallet.amount_minor,
                receivable_minor=share.receivable.amount_minor,
                currency=amount.currency,
            ),
            key=payment.order_id,
        )


def _settle_into_wallet(payment: Payment, refund: Refund, amount: Money) -> None:
    """Refund in transit → the buyer's wallet: final, so no job ever looks at it."""
    journal_id = postings.post_refund_to_wallet(
        refund_id=refund.id, order_id=payment.order_id, buyer_id=payment.user_id, amount=amount
    )
    succeeded = facts.RefundSucceeded(
        refund_id=refund.id,
        # No object of a provider: our own refund is the only one there is.
        provider_refund_id=str(refund.id),
        source=refund.source,
        journal_id=journal_id,
        amount_minor=amount.amount_minor,
    )
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[succeeded],
        actor=Actor.system(WALLET),
        refunds=[refund],
    )
    record(
        RefundSucceeded(
            refund_id=refund.id,
            payment_id=payment.id,
            order_id=payment.order_id,
            buyer_id=payment.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=payment.order_id,
    )


def _taken(
    requested: facts.RefundRequested, payment: Payment, share: SellersShare
) -> facts.RefundTakenFromSeller:
    return facts.RefundTakenFromSeller(
        refund_id=requested.refund_id,
        wallet_id=ensure_wallet(user_id=payment.seller_id, currency=requested.currency),
        wallet_minor=share.wallet.amount_minor,
        receivable_minor=share.receivable.amount_minor,
        commission_minor=share.commission.amount_minor,
        tax_minor=share.tax.amount_minor,
        currency=requested.currency,
        journal_id=requested.journal_id,
    )
