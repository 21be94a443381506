"""Who may do what to an account."""

from marketplace.core.actor import Actor, Role
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
