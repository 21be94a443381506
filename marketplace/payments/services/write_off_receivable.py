from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.core.policies import require_permission
from marketplace.payments import postings
from marketplace.payments.errors import NothingToWriteOff, ReasonMissing
from marketplace.payments.events import ReceivableWrittenOff
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import lock_balances


@opens_transaction
def write_off_receivable(
    *, write_off_id: UUID, seller_id: UUID, amount: Money, actor: Actor, reason: str
) -> None:
    """An operator gives up what a seller owes: it becomes the platform's loss, with a reason.

    Once per ``write_off_id``. The amount is always said, and is at most what is owed under the
    account's lock. Raises :class:`Forbidden`, :class:`ReasonMissing`,
    :class:`NothingToWriteOff`, :class:`BusinessKeyReused`.
    """
    require_permission(actor, "payments.write_off_receivable")
    if not reason.strip():
        raise ReasonMissing
    receivable = accounts.seller_receivable(seller_id, amount.currency)
    owed = lock_balances([receivable])[receivable]
    is_replay = postings.is_written_off(write_off_id)
    if not is_replay and not (amount.is_positive and amount <= owed):
        raise NothingToWriteOff(f"{owed} are owed.")
    postings.post_write_off(
        write_off_id=write_off_id,
        seller_id=seller_id,
        amount=amount,
        actor=str(actor),
        reason=reason,
    )
    if not is_replay:
        record_action(
            actor=actor,
            action="payments.write_off_receivable",
            subject_type="users.user",
            subject_id=seller_id,
            reason=reason,
            before={"owed": str(owed)},
            after={"owed": str(owed - amount), "write_off_id": write_off_id},
        )
        record(
            ReceivableWrittenOff(
                write_off_id=write_off_id,
                seller_id=seller_id,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
            ),
            key=seller_id,
        )
