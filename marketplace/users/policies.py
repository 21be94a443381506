"""Who may do what to an account."""

from collections.abc import Collection

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.policies import require_permission
from marketplace.users.errors import CannotSuspend
from marketplace.users.models import User
from marketplace.users.staff_errors import MayNotGrant

FEATURE_SELLER = "users.feature_seller"
RESET_FACTORS = "users.reset_second_factors"


def check_may_suspend(actor: Actor, user: User) -> None:
    """Who holds the permission and the platform itself; nobody themselves, no administrator
    another one, and staff only an administrator.

    Applies to suspending and to reinstating. Raises CannotSuspend.
    """
    if actor.is_system:
        return
    if not actor.may("users.suspend_user") or actor.user_id == user.pk or user.is_administrator:
        raise CannotSuspend
    if user.is_staff and not actor.is_admin:
        raise CannotSuspend


def check_may_erase(actor: Actor, user: User) -> None:
    """The person, or an operator for them; to everybody else there is no such account.

    Of staff only an administrator, and of administrators nobody but themselves.
    """
    if actor.user_id == user.pk:
        return
    if not actor.may("users.erase_user"):
        raise NotFound("user")
    if user.is_administrator:
        raise Forbidden("An administrator's account is erased by themselves alone.")
    if user.is_staff and not actor.is_admin:
        raise Forbidden("An administrator has the accounts of staff erased.")


def check_may_export(actor: Actor, user: User) -> None:
    """The person, or an operator for them, who never sees the file. Raises NotFound."""
    if actor.user_id == user.pk or actor.may("users.export_user"):
        return
    raise NotFound("user")


def check_may_reset_factors(actor: Actor, user: User) -> None:
    """Staff who hold the permission, for others; of staff, an administrator alone.

    Whoever could take a colleague's factor would be one password away from being them.
    """
    require_permission(actor, RESET_FACTORS)
    if actor.user_id == user.pk:
        raise Forbidden("Somebody else resets your second factors.")
    if user.is_staff and not actor.is_admin:
        raise Forbidden("An administrator resets the second factors of staff.")


def check_may_grant(actor: Actor, roles: Collection[str], permissions: frozenset[str]) -> None:
    """Nobody gives or takes what they lack; only administrators make administrators.

    Raises MayNotGrant.
    """
    if actor.is_admin:
        return
    lacking = permissions - actor.permissions
    if Role.ADMIN in roles or lacking:
        raise MayNotGrant(f"You lack {', '.join(sorted(lacking))}." if lacking else "")
