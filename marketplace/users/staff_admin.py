"""Staff roles for operators: what each may, who has it, and how that is changed."""

from collections.abc import Iterable

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from marketplace.core.admin import ReadOnlyAdmin
from marketplace.users.models import StaffRole, User

if admin.site.is_registered(Group):
    # Django's own page would change a role without a reason and without a trace.
    admin.site.unregister(Group)


@admin.register(StaffRole)
class StaffRoleAdmin(ReadOnlyAdmin):
    list_display = ("name", "description", "people", "permissions_count")
    list_select_related = ("group",)
    ordering = ("group__name",)
    fields = ("name", "description", "sees", "does", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffRole]:
        rows: QuerySet[StaffRole] = super().get_queryset(request)
        return rows.annotate(
            people_count=Count("group__user", distinct=True),
            granted_count=Count("group__permissions", distinct=True),
        )

    @admin.display(description="role", ordering="group__name")
    def name(self, role: StaffRole) -> str:
        return role.group.name.replace("_", " ").capitalize()

    @admin.display(description="people")
    def people(self, role: StaffRole) -> int:
        return int(getattr(role, "people_count", 0))

    @admin.display(description="permissions")
    def permissions_count(self, role: StaffRole) -> int:
        return int(getattr(role, "granted_count", 0))

    @admin.display(description="sees")
    def sees(self, role: StaffRole) -> str:
        return ", ".join(words_of(p) for p in _granted(role) if is_view(p)) or "nothing"

    @admin.display(description="may")
    def does(self, role: StaffRole) -> str:
        return _lines(words_of(p) for p in _granted(role) if not is_view(p)) or "change nothing"

    @admin.display(description="people")
    def members(self, role: StaffRole) -> str:
        people = User.objects.filter(groups=role.group).order_by("email")
        return _lines(user.email for user in people[:200]) or "nobody"


def is_view(permission: Permission) -> bool:
    return permission.codename == f"view_{permission.content_type.model}"


def words_of(permission: Permission) -> str:
    """A permission as a person says it: the page's name, or what may be done."""
    if not is_view(permission):
        return permission.name.removeprefix("Can ").capitalize()
    model = permission.content_type.model_class()
    return str(model._meta.verbose_name_plural) if model else permission.codename


def _granted(role: StaffRole) -> list[Permission]:
    rows = role.group.permissions.select_related("content_type")
    return sorted(rows, key=words_of)


def _lines(texts: Iterable[str]) -> str:
    return format_html("{}", format_html_join("", "<div>{}</div>", ((text,) for text in texts)))
