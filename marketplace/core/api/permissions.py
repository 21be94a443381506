"""Permissions by role. Rules about one object live in the services' policies."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from marketplace.core.actor import Role


class HasRole(BasePermission):
    """A signed-in user with at least one of ``roles``, as the database knows them now."""

    roles: frozenset[Role] = frozenset()
    message = "Your account does not have the role that this needs."
    code = "role_missing"

    def has_permission(self, request: Request, view: APIView) -> bool:
        held = getattr(request.user, "roles", ())
        return not self.roles.isdisjoint(held)


def has_role(*roles: Role) -> type[HasRole]:
    """A permission class for any of ``roles``: ``permission_classes = [has_role(Role.SELLER)]``."""
    name = "Is" + "Or".join(role.capitalize() for role in roles)
    return type(name, (HasRole,), {"roles": frozenset(roles)})


IsBuyer = has_role(Role.BUYER)
IsSeller = has_role(Role.SELLER)
IsAdmin = has_role(Role.ADMIN)
