from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import CaptureNotConfirmed
from marketplace.payments.events import FundsHeld
from marketplace.payments.models import (
    AttemptStatus,
    Payment,
    PaymentAttempt,
    ReviewKind,
)
from marketplace.payments.providers.factory import get_provider
from marketplace.payments.repositories.holding_limits import settle_before
from marketplace.payments.repositories.payments import lock_attempt
from marketplace.payments.repositories.reviews import open_review
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.wallets import ensure_wallet
from marketplace.payments.services._suspense import NOTES, put_in_suspense, unmatched_receipt
from marketplace.payments.services.refund_escrow import refund_held
from marketplace.payments.snapshots import HoldOutcome
from marketplace.payments.streams import facts


@needs_transaction
def hold_captured_funds(*, payment_id: UUID, attempt_id: UUID) -> HoldOutcome:
    """Book a capture that the provider has confirmed: clearing → escrow.

    The order moves on only for HELD; the two ALREADY_… are replays. IN_REVIEW means that the money
    is booked and a person is told, but it is not this order's payment: a second payment or another
    amount waits in suspense; a payment for an order that had ended is held and refunded at once.
    Nothing is ever dropped, and nothing is booked twice.

    Raises :class:`NotFound` and :class:`CaptureNotConfirmed`.
    """
    payment, attempt = lock_attempt(attempt_id)
    if payment.id != payment_id:
        raise NotFound("payment attempt")
    if attempt.status != AttemptStatus.CAPTURED or attempt.captured_minor is None:
        raise CaptureNotConfirmed
    if payment.held_attempt_id == attempt_id:
        return HoldOutcome.ALREADY_IN_REVIEW if payment.voided_at else HoldOutcome.ALREADY_HELD
    captured = Money(attempt.captured_minor, attempt.captured_currency)
    if (kind := _mismatch(payment, captured)) is not None:
        return put_in_suspense(payment, attempt, captured, kind)
    _hold(payment, attempt, captured)
    if payment.voided_at is None:
        return HoldOutcome.HELD
    open_review(
        kind=ReviewKind.LATE_CAPTURE,
        subject_id=attempt_id,
        provider=attempt.provider,
        provider_object_id=attempt.provider_payment_id or "",
        amount=captured,
        in_suspense=False,
        note=NOTES[ReviewKind.LATE_CAPTURE],
        payment_id=payment.id,
        order_id=payment.order_id,
    )
    refund_held(payment=payment, attempt=attempt, reason="Paid after the order had ended")
    return HoldOutcome.IN_REVIEW


def _mismatch(payment: Payment, captured: Money) -> ReviewKind | None:
    """Why the capture cannot be this payment's, if it cannot."""
    if captured.currency != payment.currency:
        return ReviewKind.WRONG_CURRENCY
    if captured.amount_minor != payment.amount_minor:
        return ReviewKind.WRONG_AMOUNT
    if payment.held_attempt_id is not None:
        return ReviewKind.DOUBLED_CAPTURE
    return None


def _hold(payment: Payment, attempt: PaymentAttempt, captured: Money) -> None:
    provider = get_provider(attempt.provider)
    # The seller sees what is coming, so the wallet is there from now on.
    ensure_wallet(user_id=payment.seller_id, currency=captured.currency)
    receipt = unmatched_receipt(attempt)
    post = postings.post_hold_from_suspense if receipt else postings.post_hold
    journal_id = post(
        payment_id=payment.id,
        order_id=payment.order_id,
        provider=attempt.provider,
        amount=captured,
    )
    held = facts.FundsHeld(
        attempt_id=attempt.id,
        amount_minor=captured.amount_minor,
        currency=captured.currency,
        wallet_id=ensure_wallet(user_id=payment.user_id, currency=captured.currency),
        must_settle_before=settle_before(
            provider,
            currency=captured.currency,
            captured_at=receipt.occurred_at if receipt else clock.now(),
        ),
        journal_id=journal_id,
    )
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[held],
        actor=Actor.provider(attempt.provider),
        attempts=[attempt],
    )
    record(
        FundsHeld(
            payment_id=payment.id,
            order_id=payment.order_id,
            buyer_id=payment.user_id,
            seller_id=payment.seller_id,
            amount_minor=captured.amount_minor,
            currency=captured.currency,
        ),
        key=payment.order_id,
    )
