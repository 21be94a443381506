from dataclasses import dataclass
from uuid import UUID

from marketplace.core.errors import NotFound
from marketplace.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Claims:
    """What buyers' banks ask of an order's payment."""

    has_open: bool
    """Nothing of the payment moves."""
    is_all_back: bool
    """Everything that was paid is back with the buyer, or on its way: nothing is left to claim."""


def get_claims(*, order_id: UUID) -> Claims:
    """How the order's payment stands with chargebacks; for whoever owns the order. One query."""
    payment = Payment.objects.filter(order_id=order_id).first()
    if payment is None:
        raise NotFound("payment")
    has_open = payment.open_chargebacks > 0
    is_paid = payment.captured_minor > 0
    return Claims(
        has_open=has_open,
        is_all_back=is_paid and not has_open and payment.refundable_minor == 0,
    )
