"""Staff roles as a new installation begins: made after every migrate from ``STAFF_ROLES``."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, transaction

from marketplace.users.models import StaffRole
from marketplace.users.repositories.staff_roles import by_code


def seed_staff_roles(**_: Any) -> None:
    """Make the roles that are missing, and give each what it was never given.

    What an administrator took away stays away; a role that they removed comes back empty of
    members. Permissions exist only when every application is migrated.
    """
    # A migrate that stopped at an earlier version has no table for them yet.
    if StaffRole._meta.db_table not in connection.introspection.table_names():
        return
    known = by_code()
    with transaction.atomic():
        for name, (about, permissions) in settings.STAFF_ROLES().items():
            group = Group.objects.get_or_create(name=name)[0]
            role = StaffRole.objects.get_or_create(group=group, defaults={"description": about})[0]
            new = sorted(permissions.intersection(known).difference(role.seeded))
            if new:
                group.permissions.add(*(known[permission] for permission in new))
                role.seeded = sorted({*role.seeded, *new})
                role.save(update_fields=["seeded"])
