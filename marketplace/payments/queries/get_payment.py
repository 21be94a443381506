from uuid import UUID

from django.db.models import Q, QuerySet

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.payments.models import Payment
from marketplace.payments.repositories.payments import snapshot_of
from marketplace.payments.snapshots import PaymentSnapshot


def get_payment(*, payment_id: UUID, actor: Actor) -> PaymentSnapshot:
    """A payment, for its buyer and its seller; NotFound for everybody else."""
    payment = visible_to(actor).filter(id=payment_id).first()
    if payment is None:
        raise NotFound("payment")
    return snapshot_of(payment)


def visible_to(actor: Actor) -> QuerySet[Payment]:
    """Payments of orders in which the actor buys or sells."""
    if actor.user_id is None:
        return Payment.objects.none()
    return Payment.objects.filter(Q(user_id=actor.user_id) | Q(seller_id=actor.user_id))
