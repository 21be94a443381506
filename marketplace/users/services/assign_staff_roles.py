from collections.abc import Collection, Iterable
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models import Q

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.events import record
from marketplace.core.policies import require_permission
from marketplace.users.events import StaffRolesChanged
from marketplace.users.models import User
from marketplace.users.policies import check_may_grant
from marketplace.users.repositories.staff_roles import permissions_of
from marketplace.users.staff_errors import LastAdministrator, OwnRoles


@opens_transaction
def assign_staff_roles(*, user_id: UUID, actor: Actor, roles: Collection[str], reason: str) -> None:
    """Make ``roles`` the staff roles of a person: all of them, and no others.

    ``ADMIN`` makes an administrator. With the first role a person becomes staff, with the last
    they no longer are; both bind from their next request on. Binds nobody's own roles, gives and
    takes only what the actor holds, and leaves at least one administrator.

    Errors: Forbidden, InvalidInput (no reason, unknown role), NotFound, OwnRoles, MayNotGrant,
    LastAdministrator.
    """
    require_permission(actor, "users.assign_staff_role")
    if not reason.strip():
        raise InvalidInput(fields={"reason": ["Say why."]})
    if actor.user_id == user_id:
        raise OwnRoles
    groups = _groups(roles)
    user, administrators = _lock(user_id)
    before = _held(user)
    changed = before.symmetric_difference(roles)
    if not changed:
        return
    check_may_grant(actor, changed, permissions_of(changed - {Role.ADMIN}))
    others = [one for one in administrators if one.pk != user_id and _can_act(one)]
    if Role.ADMIN in before and Role.ADMIN not in roles and not others:
        raise LastAdministrator
    _apply(user, groups, is_administrator=Role.ADMIN in roles)
    record_action(
        actor=actor,
        action="users.assign_staff_role",
        subject_type="users.user",
        subject_id=user_id,
        reason=reason,
        before={"roles": sorted(before)},
        after={"roles": sorted(roles)},
    )
    record(
        StaffRolesChanged(user_id=user_id, roles=",".join(sorted(roles)), changed_by=actor.user_id),
        key=user_id,
    )


def _groups(roles: Collection[str]) -> list[Group]:
    wanted = set(roles) - {Role.ADMIN}
    groups = list(Group.objects.filter(name__in=wanted, staff_role__isnull=False))
    if unknown := wanted - {group.name for group in groups}:
        raise InvalidInput(fields={"roles": [f"There is no role {name}." for name in unknown]})
    return groups


def _lock(user_id: UUID) -> tuple[User, list[User]]:
    """The person and every administrator, by id: two who remove each other take turns."""
    administrators = Q(is_staff=True) & (Q(is_superuser=True) | Q(roles__contains=[Role.ADMIN]))
    rows = User.objects.select_for_update(no_key=True).filter(Q(pk=user_id) | administrators)
    people = list(rows.order_by("pk"))
    user = next((one for one in people if one.pk == user_id), None)
    if user is None:
        raise NotFound("user")
    return user, [one for one in people if one.is_staff and one.is_administrator]


def _held(user: User) -> set[str]:
    groups = user.groups.filter(staff_role__isnull=False)
    held = set(groups.values_list("name", flat=True))
    return held | {Role.ADMIN.value} if user.is_administrator else held


def _can_act(user: User) -> bool:
    return user.is_active and not user.is_suspended


def _apply(user: User, groups: Iterable[Group], *, is_administrator: bool) -> None:
    kept = [role for role in user.roles if role != Role.ADMIN]
    user.roles = [*kept, Role.ADMIN.value] if is_administrator else kept
    user.is_superuser = user.is_superuser and is_administrator
    user.groups.set(groups)
    user.is_staff = is_administrator or bool(list(groups))
    user.updated_at = clock.now()
    user.save(update_fields=["roles", "is_superuser", "is_staff", "updated_at"])
