"""The payer's click, the merchant's cancellation and the clock: what ends a payment."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandbox.api.errors import conflict
from sandbox.behaviour.orders import OUTCOMES, take_behaviour
from sandbox.provider.models import Payment
from sandbox.provider.objects import payment_object
from sandbox.provider.services.book import post_line
from sandbox.provider.services.records import lock
from sandbox.webhooks.emit import emit

SLOW_BANK_SECONDS = 2.0


def submit_payment(*, payment_id: str, pay: bool, instrument: str = "") -> Payment:
    """The payer pressed Pay or Decline, with a card of that name. Opens a transaction.

    Only the first press decides; later ones, or one at the same moment, find the outcome.
    """
    with transaction.atomic():
        # The lock decides between two presses: the second one reads what the first one did.
        payment = lock(Payment, payment_id, "payment")
        now = timezone.now()
        if payment.status != Payment.Status.REQUIRES_PAYMENT:
            return payment
        if payment.due_at is not None and payment.due_at <= now:
            return end_payment(payment, Payment.Status.CANCELLED, now, "expired")
        if not pay:
            return end_payment(payment, Payment.Status.DECLINED, now, "declined_by_payer")
        if instrument:
            payment.instrument = instrument
            payment.save(update_fields=["instrument"])
        behaviour = take_behaviour("payments", payment.reference, OUTCOMES["payments"])
        if behaviour.action == "decline":
            code = behaviour.code or "card_declined"
            return end_payment(payment, Payment.Status.DECLINED, now, code)
        if behaviour.action == "delay":
            payment.status = Payment.Status.PROCESSING
            payment.due_at = now + timedelta(seconds=behaviour.delay(SLOW_BANK_SECONDS))
            payment.save(update_fields=["status", "due_at"])
            return payment
        return end_payment(payment, Payment.Status.SUCCEEDED, now)


def cancel_payment(*, payment_id: str) -> Payment:
    """The merchant no longer wants it. Needs a transaction. Cancelling twice is cancelling once."""
    payment = lock(Payment, payment_id, "payment")
    if payment.status == Payment.Status.CANCELLED:
        return payment
    if payment.status != Payment.Status.REQUIRES_PAYMENT:
        raise conflict("payment_not_cancellable", f"The payment is {payment.status}; it stays so.")
    return end_payment(payment, Payment.Status.CANCELLED, timezone.now(), "requested")


def advance_payment(payment_id: str) -> None:
    """The clock's turn: expire an unpaid payment, or bring the slow bank's answer."""
    with transaction.atomic():
        payment = (
            Payment.objects.select_for_update(skip_locked=True)
            .filter(pk=payment_id, due_at__lte=timezone.now())
            .first()
        )
        if payment is None:
            return  # another deliverer has it, or it has moved on
        now = timezone.now()
        if payment.status == Payment.Status.REQUIRES_PAYMENT:
            end_payment(payment, Payment.Status.CANCELLED, now, "expired")
        elif payment.status == Payment.Status.PROCESSING:
            end_payment(payment, Payment.Status.SUCCEEDED, now)


def end_payment(payment: Payment, status: str, now: datetime, code: str = "") -> Payment:
    """Write the outcome, the book's line and the event together. Needs the payment's lock."""
    payment.status = status
    payment.failure_code = code
    payment.due_at = None
    if status == Payment.Status.SUCCEEDED:
        payment.captured_at = now
        payment.fee_minor = payment.amount_minor * settings.SANDBOX.fee_bps // 10_000
    payment.save(update_fields=["status", "failure_code", "due_at", "captured_at", "fee_minor"])
    emit(
        event_type=f"payment.{status}",
        data=payment_object(payment),
        subject_id=payment.id,
        reference=payment.reference,
        channel="provider",
    )
    # Last, because the book is locked for everybody from here to the commit.
    if status == Payment.Status.SUCCEEDED:
        post_line(
            kind="payment",
            source_id=payment.id,
            reference=payment.reference,
            currency=payment.currency,
            amount_minor=payment.amount_minor,
        )
        if payment.fee_minor:
            post_line(
                kind="fee",
                source_id=payment.id,
                reference=payment.reference,
                currency=payment.currency,
                amount_minor=-payment.fee_minor,
            )
    return payment
