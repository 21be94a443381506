"""POST /v1/refunds, and the settlement that follows."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandbox.api.errors import conflict, refused
from sandbox.api.fields import Fields
from sandbox.api.http import Answer
from sandbox.behaviour.faults import fault_for
from sandbox.behaviour.orders import ACTIONS, take_behaviour
from sandbox.ids import new_id
from sandbox.provider.models import Payment, Refund
from sandbox.provider.objects import refund_object
from sandbox.provider.services.book import post_line, reserve, unreserve
from sandbox.provider.services.records import lock, unique_reference
from sandbox.webhooks.emit import emit


def create_refund(body: dict[str, Any]) -> Answer:
    """Promise money back to the payer. Needs a transaction; the settlement follows by itself."""
    fields = Fields(body)
    payment_id = fields.identifier("payment_id")
    now = timezone.now()
    refund = Refund(
        id=new_id("re"),
        amount_minor=fields.amount(),
        currency=fields.currency(),
        reference=fields.reference(),
        metadata=fields.metadata(),
        status=Refund.Status.PENDING,
        created_at=now,
    )
    fields.finish()
    behaviour = take_behaviour("refunds", refund.reference, ACTIONS["refunds"])
    fault = fault_for(behaviour.action, behaviour.delay_seconds)
    # The cap is checked under the payment's lock, against what is read after it was granted.
    payment = lock(Payment, payment_id, "payment")
    _check(payment, refund)
    delays = behaviour.action in {"delay", "fail"}
    default_seconds = settings.SANDBOX.settle_delay_seconds
    delay_seconds = behaviour.delay(default_seconds) if delays else default_seconds
    refund.due_at = now + timedelta(seconds=delay_seconds)
    refund.will_fail = behaviour.action == "fail"
    refund.failure_code = behaviour.code or "refund_rejected" if refund.will_fail else ""
    refund.payment = payment
    if fault.acts:
        with unique_reference("refund", refund.reference):
            refund.save(force_insert=True)
        payment.refunded_minor += refund.amount_minor
        payment.save(update_fields=["refunded_minor"])
        reserve(currency=refund.currency, amount_minor=refund.amount_minor)
    return Answer(refund_object(refund), 201, fault)


def _check(payment: Payment, refund: Refund) -> None:
    if payment.status != Payment.Status.SUCCEEDED:
        raise conflict("payment_not_refundable", f"The payment is {payment.status}.", "payment_id")
    if payment.currency != refund.currency:
        raise refused(
            "currency_mismatch", f"The payment was made in {payment.currency}.", "currency"
        )
    left_minor = payment.amount_minor - payment.refunded_minor - payment.charged_back_minor
    if refund.amount_minor > left_minor:
        raise refused(
            "refund_exceeds_payment", f"At most {left_minor} is left to refund.", "amount"
        )


def settle_refund(refund_id: str) -> None:
    """Finish one refund whose time has come. Opens a transaction."""
    with transaction.atomic():
        refund = (
            Refund.objects.select_for_update(skip_locked=True)
            .filter(pk=refund_id, status=Refund.Status.PENDING, due_at__lte=timezone.now())
            .first()
        )
        if refund is None:
            return  # another deliverer has it, or it is settled
        if refund.will_fail:
            # Refund before payment: creating a refund never waits for a refund's lock.
            payment = lock(Payment, refund.payment_id, "payment")
            payment.refunded_minor -= refund.amount_minor
            payment.save(update_fields=["refunded_minor"])
        refund.status = Refund.Status.FAILED if refund.will_fail else Refund.Status.SUCCEEDED
        refund.due_at = None
        refund.settled_at = timezone.now()
        refund.save(update_fields=["status", "due_at", "settled_at"])
        emit(
            event_type=f"refund.{refund.status}",
            data=refund_object(refund),
            subject_id=refund.payment_id,
            reference=refund.reference,
            channel="provider",
        )
        # Last, because the money is locked for everybody from here to the commit.
        if refund.will_fail:
            unreserve(currency=refund.currency, amount_minor=refund.amount_minor)
        else:
            post_line(
                kind="refund",
                source_id=refund.id,
                reference=refund.reference,
                currency=refund.currency,
                amount_minor=-refund.amount_minor,
                unreserve_minor=refund.amount_minor,
            )
