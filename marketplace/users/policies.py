"""Who may do what to an account."""

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import NotFound
from marketplace.users.errors import CannotSuspend
from marketplace.users.models import User


def check_may_suspend(actor: Actor, user: User) -> None:
    """Administrators and the platform itself; nobody themselves, no administrator another one.

    Applies to suspending and to reinstating. Raises CannotSuspend.
    """
    if actor.is_system:
        return
    if not actor.is_admin or actor.user_id == user.pk or Role.ADMIN in user.roles:
        raise CannotSuspend


def check_may_erase(actor: Actor, user: User) -> None:
    """The person, or an operator for them; to everybody else there is no such account."""
    if actor.user_id == user.pk or actor.is_admin:
        return
    raise NotFound("user")
