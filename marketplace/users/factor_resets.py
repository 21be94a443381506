"""What other services do, in the same transaction, when somebody's second factors are taken away.

An event would come after the commit: in between, whoever reads the mailbox could come in and act.
"""

from collections.abc import Callable
from uuid import UUID

from marketplace.core.db import needs_transaction

Step = Callable[[UUID], None]
_steps: dict[str, Step] = {}


def register_factor_reset(service: str, step: Step) -> None:
    """``step`` is given the person before the person's row is locked, by the order of locks."""
    if service in _steps:
        raise ValueError(f"{service} is registered twice")
    _steps[service] = step


@needs_transaction
def prepare_factor_reset(user_id: UUID) -> None:
    for step in _steps.values():
        step(user_id)
