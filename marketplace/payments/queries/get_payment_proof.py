from typing import Any
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.payments.queries.get_payment import get_payment
from marketplace.payments.seals.disclosure import Sale, Viewer
from marketplace.payments.seals.proof import build_proof
from marketplace.payments.snapshots import PaymentSnapshot


def get_payment_proof(*, payment_id: UUID, actor: Actor) -> dict[str, Any]:
    """The proof file of a payment, for its buyer and its seller; each sees what concerns them.

    Raises NotFound for everybody else, NotSealedYet before the first seal, and ProofUnavailable
    where the database is not what was sealed.
    """
    payment = get_payment(payment_id=payment_id, actor=actor)
    return build_proof(sale=sale_of(payment), viewer=viewer_of(payment, actor))


def sale_of(payment: PaymentSnapshot) -> Sale:
    return Sale(
        payment_id=payment.id,
        order_id=payment.order_id,
        buyer_id=payment.user_id,
        seller_id=payment.seller_id,
    )


def viewer_of(payment: PaymentSnapshot, actor: Actor) -> Viewer:
    return Viewer.SELLER if actor.user_id == payment.seller_id else Viewer.BUYER
