from collections.abc import Collection
from uuid import UUID

from django.contrib.auth.models import Group

from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput, NotFound
from marketplace.core.policies import require_permission
from marketplace.users.models import StaffRole
from marketplace.users.policies import check_may_grant
from marketplace.users.repositories.staff_roles import by_code, codes
from marketplace.users.staff_errors import OwnRoles, StaffRoleExists


@opens_transaction
def edit_staff_role(
    *, role_id: UUID, actor: Actor, permissions: Collection[str], description: str, reason: str
) -> None:
    """Say anew what a staff role may do; it binds its members from their next request on.

    Nobody gives or takes what they lack, nor edits a role of their own; administrators hold
    everything and need none. Errors: Forbidden, InvalidInput (no reason, unknown permission),
    NotFound, OwnRoles, MayNotGrant.
    """
    require_permission(actor, "users.edit_staff_role")
    known = _checked(permissions, description, reason)
    role = StaffRole.objects.select_for_update(no_key=True).filter(pk=role_id).first()
    if role is None:
        raise NotFound("staff role")
    if not actor.is_admin and role.group.user_set.filter(pk=actor.user_id).exists():
        raise OwnRoles
    before = codes(role.group.permissions.all())
    check_may_grant(actor, (), before.symmetric_difference(permissions))
    former = role.description
    role.description = description.strip()
    role.save(update_fields=["description"])
    role.group.permissions.set([known[code] for code in permissions])
    record_action(
        actor=actor,
        action="users.edit_staff_role",
        subject_type="users.staffrole",
        subject_id=role.pk,
        reason=reason,
        before={"description": former, "taken": sorted(before.difference(permissions))},
        after={"description": role.description, "given": sorted(set(permissions) - before)},
    )


@opens_transaction
def create_staff_role(
    *, name: str, actor: Actor, permissions: Collection[str], description: str, reason: str
) -> UUID:
    """Make a staff role of one's own; returns its id.

    Errors: Forbidden, InvalidInput, StaffRoleExists, MayNotGrant.
    """
    require_permission(actor, "users.edit_staff_role")
    known = _checked(permissions, description, reason)
    name = "_".join(name.upper().split())
    if not name.replace("_", "").isalnum() or len(name) > 50 or name == "ADMIN":
        raise InvalidInput(fields={"name": ["Letters, digits and spaces, at most 50."]})
    check_may_grant(actor, (), frozenset(permissions))
    group, is_new = Group.objects.get_or_create(name=name)
    if not is_new:
        raise StaffRoleExists
    role = StaffRole.objects.create(group=group, description=description.strip())
    group.permissions.set([known[code] for code in permissions])
    record_action(
        actor=actor,
        action="users.create_staff_role",
        subject_type="users.staffrole",
        subject_id=role.pk,
        reason=reason,
        before={},
        after={"name": name, "given": sorted(permissions)},
    )
    return role.pk


def _checked(permissions: Collection[str], description: str, reason: str) -> dict[str, int]:
    """Every permission that there is, when all that are asked for are among them."""
    faults = {}
    known = by_code()
    if not reason.strip():
        faults["reason"] = ["Say why."]
    if not 0 < len(description.strip()) <= 300:
        faults["description"] = ["Say what the role is about, in at most 300 characters."]
    if unknown := set(permissions).difference(known):
        faults["permissions"] = [f"There is no permission {code}." for code in sorted(unknown)]
    if faults:
        raise InvalidInput(fields=faults)
    return known
