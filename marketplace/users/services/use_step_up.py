from collections.abc import Mapping
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.users.errors import StepUpRefused, StepUpRequired
from marketplace.users.repositories.step_ups import approves, lock_step_up


@needs_transaction
def use_step_up(
    *,
    step_up_id: UUID | None,
    user_id: UUID,
    sign_in_id: UUID,
    purpose: str,
    binding: Mapping[str, str],
) -> None:
    """Spend the approval of exactly this, in the transaction of the command that needs it.

    If the command fails or the process dies, the approval is as good as before; once the command
    has committed, nothing else can be done with it. Called before anything else is locked: it locks
    its own row only. ``binding`` says what is done, such as amount, currency and payee.

    Errors: StepUpRequired (none was sent), StepUpRefused.
    """
    if step_up_id is None:
        raise StepUpRequired(purpose)

    def refused(reason: str) -> StepUpRefused:
        return StepUpRefused(reason, step_up_id=step_up_id, user_id=user_id)

    step_up = lock_step_up(step_up_id, user_id=user_id, sign_in_id=sign_in_id)
    if step_up is None:
        raise refused("unknown")
    if not approves(step_up, purpose=purpose, binding=binding):
        raise refused("changed")
    if step_up.used_at is not None:
        raise refused("used")
    at = clock.database_now()
    if step_up.expires_at <= at:
        raise refused("expired")
    if step_up.confirmed_at is None:
        raise refused("unconfirmed")
    step_up.used_at = at
    step_up.save(update_fields=["used_at"])
