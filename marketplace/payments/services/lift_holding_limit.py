from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction
from marketplace.core.policies import require_permission
from marketplace.payments.errors import HoldingLimitMissing, ReasonMissing
from marketplace.payments.models import Payment
from marketplace.payments.policies import check_in_escrow
from marketplace.payments.repositories.streams import append_to_payment
from marketplace.payments.streams import facts

MAX_REASON_LENGTH = 1000


@needs_transaction
def lift_holding_limit(*, payment: Payment, actor: Actor, reason: str) -> None:
    """An operator has seen to it that a locked payment's money may wait on.

    As when the provider has settled it to the platform's own bank (``record_settlement`` books
    that), or has agreed to hold it longer. The escrow stays what it is, no longer with a date by
    which it must be paid on, and what was open about that date is closed.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`HoldingLimitMissing`,
    :class:`NothingInEscrow`, :class:`EscrowAlreadyReleased`, :class:`EscrowAlreadyRefunded`.
    """
    require_permission(actor, "payments.resolve_review")
    if not reason.strip():
        raise ReasonMissing
    check_in_escrow(payment)
    if payment.must_settle_before is None:
        raise HoldingLimitMissing
    before = {"must_settle_before": payment.must_settle_before}
    append_to_payment(
        payment=payment,
        payment_id=payment.id,
        facts_to_add=[facts.HoldingLimitLifted(reason=reason[:MAX_REASON_LENGTH])],
        actor=actor,
    )
    record_action(
        actor=actor,
        action="payments.lift_holding_limit",
        subject_type="payments.payment",
        subject_id=payment.id,
        reason=reason,
        before=before,
        after={"must_settle_before": None},
    )
