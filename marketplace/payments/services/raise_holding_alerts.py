from collections.abc import Mapping
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments.events import HoldingLimitNear
from marketplace.payments.holding import HoldingStage, stage_at
from marketplace.payments.models import (
    HOLDING_REVIEWS,
    EscrowStatus,
    Payment,
    PaymentReview,
    ReviewKind,
    ReviewPriority,
    ReviewStatus,
)
from marketplace.payments.repositories.payments import lock_payment
from marketplace.payments.repositories.reviews import close_holding_reviews, open_review
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.streams import facts

BATCH_SIZE = 100
KINDS: Mapping[HoldingStage, tuple[ReviewKind, ReviewPriority]] = {
    HoldingStage.WEEK: (ReviewKind.HOLDING_LIMIT_WEEK, ReviewPriority.NORMAL),
    HoldingStage.DAY: (ReviewKind.HOLDING_LIMIT_DAY, ReviewPriority.HIGH),
    HoldingStage.REACHED: (ReviewKind.HOLDING_LIMIT_REACHED, ReviewPriority.HIGHEST),
}


def raise_holding_alerts() -> int:
    """Tell operators of money that its provider will not hold much longer; returns how many.

    Seven days before the limit, one day before, and at it; each once. An alert moves nothing: the
    escrow stays in the books and the order where it is, also at the limit, whatever is disputed.
    The provider may pay the money to our bank by then, which is a settlement and no release. What
    is due is read from an index that holds nothing else, so a million payments cost no more.
    """
    now = clock.database_now()
    due = Payment.objects.filter(next_alert_at__lte=now).order_by("next_alert_at")
    payment_ids = list(due.values_list("id", flat=True)[:BATCH_SIZE])
    for payment_id in payment_ids:
        _raise(payment_id)
    return len(payment_ids) + _close_what_is_settled()


@opens_transaction
def _raise(payment_id: UUID) -> None:
    payment = lock_payment(payment_id)
    now = clock.database_now()
    limit = payment.must_settle_before
    # Another worker may have been here, or the money may have left: decided under the lock.
    if limit is None or payment.next_alert_at is None or payment.next_alert_at > now:
        return
    stage = stage_at(limit, now)
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[facts.HoldingAlertRaised(stage=stage, must_settle_before=limit)],
        actor=Actor.system("holding"),
    )
    held = Money(payment.held_minor, payment.currency)
    record(
        HoldingLimitNear(
            payment_id=payment.id,
            order_id=payment.order_id,
            seller_id=payment.seller_id,
            stage=stage,
            must_settle_before=limit,
            held_minor=held.amount_minor,
            currency=held.currency,
        ),
        key=payment.order_id,
    )
    close_holding_reviews([payment.id], reason="A later alert took its place.")
    kind, priority = KINDS[stage]
    open_review(
        kind=kind,
        subject_id=payment.id,
        provider=payment.payment_provider,
        provider_object_id=payment.provider_transaction_id,
        amount=Money(payment.captured_minor, payment.currency),
        in_suspense=False,
        note=(
            f"{payment.payment_provider} holds this money until {limit:%Y-%m-%d %H:%M} UTC; {held} "
            "is still in escrow. Nothing was moved: see the runbook on holding limits."
        ),
        payment_id=payment.id,
        order_id=payment.order_id,
        priority=priority,
    )


def _close_what_is_settled() -> int:
    """Reviews of payments whose escrow has emptied meanwhile; the open ones are few."""
    open_ids = PaymentReview.objects.filter(
        status=ReviewStatus.OPEN, kind__in=HOLDING_REVIEWS
    ).values_list("subject_id", flat=True)[:BATCH_SIZE]
    settled = Payment.objects.filter(id__in=list(open_ids)).exclude(
        escrow_status=EscrowStatus.IN_ESCROW
    )
    settled_ids = list(settled.values_list("id", flat=True))
    if not settled_ids:
        return 0
    return close_holding_reviews(settled_ids, reason="The money has left the escrow in time.")
