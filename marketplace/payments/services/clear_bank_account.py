from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.policies import require_permission
from marketplace.payments.errors import BankAccountNotBlocked, OwnPayout, ReasonMissing
from marketplace.payments.events import BankAccountCleared
from marketplace.payments.models import BankAccount


@opens_transaction
def clear_bank_account(*, bank_account_id: UUID, actor: Actor, reason: str) -> None:
    """An operator lets payouts go to an account again from which one came back.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`, :class:`OwnPayout`,
    :class:`BankAccountNotBlocked`.
    """
    operator_id = require_permission(actor, "payments.clear_bank_account")
    if not reason.strip():
        raise ReasonMissing
    account = BankAccount.objects.select_for_update(no_key=True).filter(id=bank_account_id).first()
    if account is None:
        raise NotFound("bank account")
    if account.user_id == actor.user_id:
        raise OwnPayout
    if account.blocked_at is None:
        raise BankAccountNotBlocked
    blocked_at, account.blocked_at = account.blocked_at, None
    account.cleared_at = clock.now()
    account.cleared_by_id = operator_id
    account.cleared_reason = reason[:1000]
    account.save(update_fields=["blocked_at", "cleared_at", "cleared_by", "cleared_reason"])
    record_action(
        actor=actor,
        action="payments.clear_bank_account",
        subject_type="payments.bankaccount",
        subject_id=account.id,
        reason=reason,
        before={"blocked_at": blocked_at, "user_id": account.user_id},
        after={"blocked_at": None, "user_id": account.user_id},
    )
    record(
        BankAccountCleared(
            user_id=account.user_id,
            bank_account_id=account.id,
            operator_id=operator_id,
            reason=account.cleared_reason,
        ),
        key=account.id,
    )
