"""POST /v1/payouts, and the steps that follow: paid or failed, and perhaps returned."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sandbox.api.fields import Fields
from sandbox.api.http import Answer
from sandbox.behaviour.faults import fault_for
from sandbox.behaviour.orders import ACTIONS, take_behaviour
from sandbox.ids import new_id
from sandbox.provider.models import Payout
from sandbox.provider.objects import payout_object
from sandbox.provider.services.book import post_line, reserve, unreserve
from sandbox.provider.services.records import unique_reference
from sandbox.webhooks.emit import emit

_CODES = {"fail": "account_closed", "return": "returned_by_bank"}


def create_payout(body: dict[str, Any]) -> Answer:
    """Promise money to a bank account. Needs a transaction; the settlement follows by itself."""
    fields = Fields(body)
    now = timezone.now()
    payout = Payout(
        id=new_id("po"),
        amount_minor=fields.amount(),
        currency=fields.currency(),
        reference=fields.reference(),
        destination=fields.destination(),
        description=fields.text("description", longest=500, required=False),
        metadata=fields.metadata(),
        status=Payout.Status.PENDING,
        created_at=now,
    )
    fields.finish()
    behaviour = take_behaviour("payouts", payout.reference, ACTIONS["payouts"])
    fault = fault_for(behaviour.action, behaviour.delay_seconds)
    delays = behaviour.action in {"delay", "fail"}
    default_seconds = settings.SANDBOX.settle_delay_seconds
    delay_seconds = behaviour.delay(default_seconds) if delays else default_seconds
    payout.due_at = now + timedelta(seconds=delay_seconds)
    # Decided now, so that a restart in between cannot change a test's outcome.
    if behaviour.action in _CODES:
        payout.plan = behaviour.action
        payout.failure_code = behaviour.code or _CODES[behaviour.action]
        payout.return_delay_seconds = behaviour.delay(settings.SANDBOX.return_delay_seconds)
    if fault.acts:
        with unique_reference("payout", payout.reference):
            payout.save(force_insert=True)
        reserve(currency=payout.currency, amount_minor=payout.amount_minor)
    return Answer(payout_object(payout), 201, fault)


def advance_payout(payout_id: str) -> None:
    """The next step of one payout whose time has come. Opens a transaction."""
    with transaction.atomic():
        payout = (
            Payout.objects.select_for_update(skip_locked=True)
            .filter(pk=payout_id, due_at__lte=timezone.now())
            .first()
        )
        if payout is None:
            return  # another deliverer has it, or it has moved on
        now = timezone.now()
        payout.due_at = None
        if payout.status == Payout.Status.PAID:
            payout.status = Payout.Status.RETURNED
        elif payout.plan == "fail":
            payout.status = Payout.Status.FAILED
        else:
            payout.status = Payout.Status.PAID
            if payout.plan == "return":
                payout.due_at = now + timedelta(seconds=payout.return_delay_seconds)
        payout.settled_at = now
        payout.save(update_fields=["status", "due_at", "settled_at"])
        emit(
            event_type=f"payout.{payout.status}",
            data=payout_object(payout),
            subject_id=payout.id,
            reference=payout.reference,
            channel="provider",
        )
        # Last, because the money is locked for everybody from here to the commit.
        if payout.status == Payout.Status.PAID:
            _post(payout, "payout", -payout.amount_minor, payout.amount_minor)
        elif payout.status == Payout.Status.RETURNED:
            _post(payout, "payout_return", payout.amount_minor, 0)
        else:
            unreserve(currency=payout.currency, amount_minor=payout.amount_minor)


def _post(payout: Payout, kind: str, amount_minor: int, unreserve_minor: int) -> None:
    post_line(
        kind=kind,
        source_id=payout.id,
        reference=payout.reference,
        currency=payout.currency,
        amount_minor=amount_minor,
        unreserve_minor=unreserve_minor,
    )
