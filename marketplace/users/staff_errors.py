"""What is refused to whoever gives staff roles."""

from marketplace.core.errors import DomainError, ErrorKind


class OwnRoles(DomainError):
    """Somebody else decides what you may do."""

    code = "own_roles"
    kind = ErrorKind.FORBIDDEN
    title = "Nobody changes their own roles"


class MayNotGrant(DomainError):
    code = "may_not_grant"
    kind = ErrorKind.FORBIDDEN
    title = "You can give and take only what you hold yourself"


class LastAdministrator(DomainError):
    code = "last_administrator"
    kind = ErrorKind.CONFLICT
    title = "This is the last administrator; appoint another one first"


class StaffRoleExists(DomainError):
    code = "staff_role_exists"
    kind = ErrorKind.CONFLICT
    title = "There is a staff role of this name"
