"""The rule that every service shares: who of the staff may do a thing at all."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.errors import Forbidden


def require_permission(actor: Actor, permission: str) -> UUID:
    """The id of a named member of staff who holds ``permission``; Forbidden for anybody else."""
    if actor.user_id is None or not actor.may(permission):
        raise Forbidden(f"This needs the permission {permission}.")
    return actor.user_id


def require_permission_or_system(actor: Actor, permission: str) -> None:
    """The same, or one of the platform's own jobs."""
    if not actor.is_system:
        require_permission(actor, permission)
