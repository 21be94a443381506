"""POST /v1/payments."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from sandbox.api.fields import Fields
from sandbox.api.http import Answer
from sandbox.behaviour.faults import API_ACTIONS, fault_for
from sandbox.behaviour.orders import take_behaviour
from sandbox.ids import new_id
from sandbox.provider.models import Payment
from sandbox.provider.objects import payment_object
from sandbox.provider.services.records import unique_reference


def create_payment(body: dict[str, Any]) -> Answer:
    """Ask a payer for money; the answer carries the address of the payment page."""
    fields = Fields(body)
    now = timezone.now()
    payment = Payment(
        id=new_id("pay"),
        amount_minor=fields.amount(),
        currency=fields.currency(),
        reference=fields.reference(),
        description=fields.text("description", longest=500, required=False),
        return_url=fields.web_address("return_url"),
        metadata=fields.metadata(),
        status=Payment.Status.REQUIRES_PAYMENT,
        created_at=now,
        due_at=now + timedelta(seconds=settings.SANDBOX.payment_expiry_seconds),
    )
    fields.finish()
    behaviour = take_behaviour("payments", payment.reference, API_ACTIONS)
    fault = fault_for(behaviour.action, behaviour.delay_seconds)
    if fault.acts:
        with unique_reference("payment", payment.reference):
            payment.save(force_insert=True)
    return Answer(payment_object(payment), 201, fault)
