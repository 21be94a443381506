"""The rules that every service shares: who of the staff may do a thing, and that they say why."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.errors import Forbidden, InvalidInput

MAX_REASON_LENGTH = 1000


def require_permission(actor: Actor, permission: str) -> UUID:
    """The id of a named member of staff who holds ``permission``; Forbidden for anybody else."""
    if actor.user_id is None or not actor.may(permission):
        raise Forbidden(f"This needs the permission {permission}.")
    return actor.user_id


def require_permission_or_system(actor: Actor, permission: str) -> None:
    """The same, or one of the platform's own jobs."""
    if not actor.is_system:
        require_permission(actor, permission)


def require_reason(reason: str, *, at_most: int = MAX_REASON_LENGTH) -> str:
    """The reason without the space around it; InvalidInput when there is none, or too much."""
    reason = reason.strip()
    if not 0 < len(reason) <= at_most:
        text = f"Say why, in at most {at_most} characters."
        raise InvalidInput(text, fields={"reason": [text]})
    return reason
