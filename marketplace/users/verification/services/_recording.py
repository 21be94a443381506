"""What staff do to a person's verification, for the audit log."""

from typing import Any

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.transitions import Command


@needs_transaction
def record_staff_action(
    case: VerificationCase,
    command: Command,
    *,
    actor: Actor,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """Written in the caller's transaction: statuses, levels and ids, never what was stated."""
    record_action(
        actor=actor,
        action=f"users.{command.value}_verification",
        subject_type="verification.VerificationCase",
        subject_id=case.id,
        reason=reason,
        before=before,
        after={**after, "user_id": case.user_id, "case_level": case.level},
    )
