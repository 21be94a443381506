from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments.errors import (
    PaymentAlreadyPaid,
    ReasonMissing,
    ReceiptDoesNotFit,
    ReceiptNotAssignable,
    ReviewAlreadyResolved,
)
from marketplace.payments.events import CaptureReported
from marketplace.payments.models import (
    AttemptStatus,
    Payment,
    PaymentReview,
    ReviewKind,
    ReviewStatus,
)
from marketplace.payments.repositories.payments import lock_payment_of_order
from marketplace.payments.repositories.reviews import close_review
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.repositories.unmatched_chargebacks import (
    lock_provider_payment,
    refuse_if_taken_back,
    refuse_while_contradicted,
)
from marketplace.payments.streams import facts

RESOLUTION = "ASSIGN"


@opens_transaction
def assign_receipt(*, review_id: UUID, order_id: UUID, actor: Actor, reason: str) -> None:
    """Give money that came under an unknown reference to the order that it was meant for.

    From here it goes the way of every capture: into escrow, out of suspense, and the order moves
    on. For an order that has ended it goes back to the buyer at once; if another payment comes
    first, it stays in suspense, as a second payment that can be refunded.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound` (review or order),
    :class:`ReviewAlreadyResolved`, :class:`ReceiptNotAssignable`, :class:`ReceiptDoesNotFit`
    (another amount or currency), :class:`PaymentAlreadyPaid`, :class:`MoneyChargedBack`.
    """
    require_permission(actor, "payments.resolve_review")
    if not reason.strip():
        raise ReasonMissing
    # Payment before review: the order in which a capture takes them, and a chargeback.
    payment = lock_payment_of_order(order_id)
    found = PaymentReview.objects.filter(id=review_id).first()
    if found is None:
        raise NotFound("review")
    lock_provider_payment(found.provider, found.provider_object_id)
    review = PaymentReview.objects.select_for_update(no_key=True).get(id=review_id)
    _check(review, payment)
    refuse_while_contradicted(review.provider, review.provider_object_id)
    refuse_if_taken_back(review.provider, review.provider_object_id)
    assigned = facts.ReceiptAssigned(
        attempt_id=new_id(),
        review_id=review.id,
        provider=review.provider,
        provider_payment_id=review.provider_object_id,
        amount_minor=review.amount_minor,
        currency=review.currency,
        reason=reason[:1000],
    )
    append_to_payment(payment=payment, payment_id=payment.id, facts_to_add=[assigned], actor=actor)
    record(
        CaptureReported(
            payment_id=payment.id,
            order_id=order_id,
            attempt_id=assigned.attempt_id,
            amount_minor=review.amount_minor,
            currency=review.currency,
        ),
        key=order_id,
    )
    review.payment_id, review.order_id = payment.id, order_id
    close_review(review, resolution=RESOLUTION, actor=actor, reason=reason)
    record_action(
        actor=actor,
        action="payments.assign_receipt",
        subject_type="payments.paymentreview",
        subject_id=review.id,
        reason=reason,
        before={"status": ReviewStatus.OPEN, "order_id": None},
        after={
            "status": review.status,
            "order_id": order_id,
            "amount": str(Money(review.amount_minor, review.currency)),
        },
    )


def _check(review: PaymentReview, payment: Payment) -> None:
    if review.status != ReviewStatus.OPEN:
        raise ReviewAlreadyResolved
    if review.kind != ReviewKind.UNMATCHED_CAPTURE or not review.in_suspense:
        raise ReceiptNotAssignable
    came = Money(review.amount_minor, review.currency)
    asked = Money(payment.amount_minor, payment.currency)
    if came != asked:
        raise ReceiptDoesNotFit(f"{came} came, and the order costs {asked}.")
    if (
        payment.held_attempt_id is not None
        or payment.attempts.filter(status=AttemptStatus.CAPTURED).exists()
    ):
        raise PaymentAlreadyPaid
