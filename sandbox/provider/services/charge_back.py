"""What the payer's bank does: POST /v1/chargebacks opens one, …/decide ends it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox.api.errors import conflict, refused
from sandbox.api.fields import Fields
from sandbox.api.http import Answer
from sandbox.ids import new_id
from sandbox.provider.models import Chargeback, Payment
from sandbox.provider.objects import chargeback_object
from sandbox.provider.services.book import post_line
from sandbox.provider.services.records import lock
from sandbox.webhooks.emit import emit

FEE_MINOR = 1_500
RESPOND_WITHIN = timedelta(days=7)
# A bank may still think again after the merchant has lost; never the other way round.
_MAY_BECOME = {"open": {"won", "lost"}, "lost": {"won"}, "won": set[str]()}


def open_chargeback(body: dict[str, Any]) -> Answer:
    """Take the money of a payment back, whatever the balance. Needs a transaction.

    Chargebacks of one payment never exceed it; what was refunded may be charged back all the same,
    as it happens with real banks.
    """
    fields = Fields(body)
    payment_id = fields.identifier("payment_id")
    amount_minor, currency = fields.amount(), fields.currency()
    reason = fields.text("reason", longest=100, required=False, default="fraudulent")
    fee_minor = fields.integer("fee", low=0, high=10**9, required=False)
    fields.finish()
    payment = lock(Payment, payment_id, "payment")
    if payment.status != Payment.Status.SUCCEEDED:
        raise conflict("payment_not_captured", f"The payment is {payment.status}.", "payment_id")
    if payment.currency != currency:
        raise refused(
            "currency_mismatch", f"The payment was made in {payment.currency}.", "currency"
        )
    left_minor = payment.amount_minor - payment.charged_back_minor
    if amount_minor > left_minor:
        raise refused("chargeback_exceeds_payment", f"At most {left_minor} is left.", "amount")
    now = timezone.now()
    chargeback = Chargeback.objects.create(
        id=new_id("cb"),
        payment=payment,
        reference=payment.reference,
        amount_minor=amount_minor,
        fee_minor=FEE_MINOR if fee_minor is None else fee_minor,
        currency=currency,
        reason=reason,
        status=Chargeback.Status.OPEN,
        respond_by=now + RESPOND_WITHIN,
        created_at=now,
    )
    payment.charged_back_minor += amount_minor
    payment.save(update_fields=["charged_back_minor"])
    _tell(chargeback)
    # Last, because the book is locked for everybody from here to the commit.
    _post(chargeback, "chargeback", -amount_minor)
    if chargeback.fee_minor:
        _post(chargeback, "chargeback_fee", -chargeback.fee_minor)
    return Answer(chargeback_object(chargeback), 201)


def decide_chargeback(body: dict[str, Any], chargeback_id: str) -> Answer:
    """The bank's decision, `outcome` won or lost by the merchant. Needs a transaction."""
    fields = Fields(body)
    outcome = fields.choice("outcome", frozenset({"won", "lost"}))
    fields.finish()
    chargeback = lock(Chargeback, chargeback_id, "chargeback")
    if chargeback.status == outcome:
        return Answer(chargeback_object(chargeback))
    if outcome not in _MAY_BECOME[chargeback.status]:
        raise conflict("chargeback_decided", f"The chargeback is {chargeback.status}.")
    chargeback.status = outcome
    chargeback.decided_at = timezone.now()
    chargeback.save(update_fields=["status", "decided_at"])
    if outcome == Chargeback.Status.WON:
        payment = lock(Payment, chargeback.payment_id, "payment")
        payment.charged_back_minor -= chargeback.amount_minor
        payment.save(update_fields=["charged_back_minor"])
    _tell(chargeback)
    if outcome == Chargeback.Status.WON:
        _post(chargeback, "chargeback_return", chargeback.amount_minor)
    return Answer(chargeback_object(chargeback))


def _tell(chargeback: Chargeback) -> None:
    said = "opened" if chargeback.status == Chargeback.Status.OPEN else chargeback.status
    emit(
        event_type=f"chargeback.{said}",
        data=chargeback_object(chargeback),
        subject_id=chargeback.payment_id,
        reference=chargeback.reference,
        channel="provider",
    )


def _post(chargeback: Chargeback, kind: str, amount_minor: int) -> None:
    post_line(
        kind=kind,
        source_id=chargeback.id,
        reference=chargeback.reference,
        currency=chargeback.currency,
        amount_minor=amount_minor,
    )
