import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog

from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users import events
from marketplace.users.errors import StepUpRefused

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)


def noting_refused_step_ups(act: Callable[P, R]) -> Callable[P, R]:
    """Write down that somebody tried to use an approval for what it does not approve.

    For whatever stands outside the command's transaction, such as a view method: what the command
    had written is rolled back with it.
    """

    @functools.wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return act(*args, **kwargs)
        except StepUpRefused as refusal:
            note_refused_step_up(refusal)
            raise

    return run


@opens_transaction
def note_refused_step_up(refusal: StepUpRefused) -> None:
    log.warning(
        "step_up_refused",
        reason=refusal.reason,
        step_up_id=str(refusal.step_up_id),
        user_id=str(refusal.user_id),
    )
    record(
        events.StepUpRefused(
            user_id=refusal.user_id, step_up_id=refusal.step_up_id, reason=refusal.reason
        ),
        key=refusal.user_id,
    )
