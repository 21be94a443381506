"""Who may do what, and when."""

from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.payments.errors import (
    ChargebackOpen,
    EscrowAlreadyRefunded,
    EscrowAlreadyReleased,
    NothingInEscrow,
    PaymentAlreadyPaid,
    PaymentVoided,
)
from marketplace.payments.models import EscrowStatus, Payment


def check_in_escrow(payment: Payment) -> None:
    """Something is still held and may move; call it under the payment's lock.

    While a chargeback is open nothing moves, not even what it does not ask for: the deal is in
    question as a whole.
    """
    check_no_chargeback(payment)
    match payment.escrow_status:
        case EscrowStatus.IN_ESCROW:
            return
        case EscrowStatus.RELEASED:
            raise EscrowAlreadyReleased
        case EscrowStatus.REFUNDED:
            raise EscrowAlreadyRefunded
        case _:
            raise NothingInEscrow


def check_no_chargeback(payment: Payment) -> None:
    if payment.open_chargebacks:
        raise ChargebackOpen


def check_may_pay(payment: Payment, actor: Actor) -> None:
    """Only the buyer pays; to everybody else, the seller included, there is nothing to pay."""
    if actor.user_id != payment.user_id:
        raise NotFound("payment")


def check_payable(payment: Payment) -> None:
    """The payment still waits for money."""
    if payment.escrow_status is not None:
        raise PaymentAlreadyPaid
    if payment.voided_at is not None:
        raise PaymentVoided
