"""What staff roles permit."""

from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db.models import QuerySet


def permissions_of(names: Collection[str]) -> frozenset[str]:
    """Everything that any of these roles permits."""
    return codes(Permission.objects.filter(group__name__in=names))


def codes(permissions: QuerySet[Permission]) -> frozenset[str]:
    """``<app>.<codename>`` of each."""
    rows = permissions.values_list("content_type__app_label", "codename").distinct()
    return frozenset(f"{app}.{codename}" for app, codename in rows)


def by_code() -> dict[str, int]:
    """The key of every permission that there is, by ``<app>.<codename>``."""
    rows = Permission.objects.values_list("pk", "content_type__app_label", "codename")
    return {f"{app}.{codename}": pk for pk, app, codename in rows}
