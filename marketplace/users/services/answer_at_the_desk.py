from typing import Any
from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.users.errors import SecondFactorRefused
from marketplace.users.services._factor_checks import FactorAnswer, is_right


def answer_at_the_desk(
    *, user_id: UUID, answer: FactorAnswer, challenge: dict[str, Any] | None = None
) -> None:
    """An operator shows a second factor at the admin's door, or again before what is dangerous.

    A code counts once, everywhere. Errors: SecondFactorRefused, TooManyAttempts.
    """
    if not _judge(user_id, answer, challenge):
        raise SecondFactorRefused


@opens_transaction
def _judge(user_id: UUID, answer: FactorAnswer, challenge: dict[str, Any] | None) -> bool:
    # Returned, not raised: that it was tried must commit.
    return is_right(user_id, answer, challenge=challenge)
