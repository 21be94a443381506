"""Staff roles for operators: what each may, who has it, and how that is changed."""

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from marketplace.core.admin import ReadOnlyAdmin, operator
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.users import services
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
    actions_list = ("create",)
    actions_detail = ("edit",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffRole]:
        rows: QuerySet[StaffRole] = super().get_queryset(request)
        return rows.annotate(
            people_count=Count("group__user", distinct=True),
            granted_count=Count("group__permissions", distinct=True),
        )

    def has_edit_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("users.edit_staff_role")

    @action(description="New role", url_path="create", permissions=["edit"])  # type: ignore[untyped-decorator]
    @asks_again
    def create(self, request: HttpRequest) -> HttpResponse:
        def save(said: Mapping[str, Any]) -> None:
            services.create_staff_role(actor=operator(request), **said)

        return ask(self, request, NewRoleForm(request.POST or None), save, "New staff role")

    @action(description="Edit", url_path="edit", permissions=["edit"])  # type: ignore[untyped-decorator]
    @asks_again
    def edit(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        role = get_object_or_404(StaffRole.objects.select_related("group"), pk=object_id)

        def save(said: Mapping[str, Any]) -> None:
            services.edit_staff_role(role_id=role.pk, actor=operator(request), **said)

        begun = {
            "description": role.description,
            "permissions": [code_of(permission) for permission in _granted(role)],
        }
        form = RoleForm(request.POST or None, initial=begun)
        return ask(self, request, form, save, f"Edit {self.name(role)}")

    @admin.display(description="role", ordering="group__name")
    def name(self, role: StaffRole) -> str:
        return title(role)

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


def boxes(**options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, **options)


class StaffForm(forms.Form):
    reason = forms.CharField(
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="It stays in the audit log, with your name.",
    )


class RoleForm(StaffForm):
    description = forms.CharField(max_length=300, widget=UnfoldAdminTextInputWidget())
    permissions = boxes()
    field_order = ("name", "description", "permissions", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = grantable()  # type: ignore[attr-defined]


class NewRoleForm(RoleForm):
    name = forms.CharField(max_length=50, widget=UnfoldAdminTextInputWidget())


class AssignForm(StaffForm):
    roles = boxes(label="Staff roles")
    field_order = ("roles", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = StaffRole.objects.select_related("group").order_by("group__name")
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            ("ADMIN", "Administrator: may do everything"),
            *((role.group.name, f"{title(role)}: {role.description}") for role in known),
        ]


def assign(page: Any, request: HttpRequest, user_id: UUID) -> HttpResponse:
    """The page on which somebody's staff roles are chosen."""
    user = get_object_or_404(User, pk=user_id)
    held = list(user.groups.values_list("name", flat=True))
    held += ["ADMIN"] if user.is_administrator else []

    def save(said: Mapping[str, Any]) -> None:
        services.assign_staff_roles(user_id=user.pk, actor=operator(request), **said)

    form = AssignForm(request.POST or None, initial={"roles": held})
    return ask(page, request, form, save, f"Staff roles of {user.email}", back_to=user.pk)


def ask(
    page: Any,
    request: HttpRequest,
    form: forms.Form,
    save: Callable[[Mapping[str, Any]], object],
    heading: str,
    *,
    back_to: UUID | None = None,
    lead: str = "",
    button: str = "Save",
) -> HttpResponse:
    """Show the form; when it is right, do it: a refusal is said on the form.

    ``lead`` says what will happen.
    """
    name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
    back = reverse(f"{name}_change", args=[back_to]) if back_to else reverse(f"{name}_changelist")
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except DomainError as refusal:
            told = [text for texts in (refusal.fields or {}).values() for text in texts]
            form.add_error(None, " ".join(told) or refusal.detail)
        else:
            messages.success(request, f"{heading}: done.")
            return redirect(back)
    context = {
        **page.admin_site.each_context(request),
        "title": heading,
        "form": form,
        "back": back,
        "lead": lead,
        "button": button,
        "opts": page.opts,
    }
    return TemplateResponse(request, "admin/users/staff_form.html", context)


def grantable() -> list[tuple[str, str]]:
    """Every permission that means something here, in words: pages to see, and things to do."""
    sees, does = [], []
    for permission in Permission.objects.select_related("content_type"):
        model = permission.content_type.model_class()
        if model is None:
            continue
        if is_view(permission) and model in admin.site._registry:  # noqa: SLF001
            sees.append((code_of(permission), f"Sees {words_of(permission)}"))
        elif permission.codename in dict(model._meta.permissions):
            does.append((code_of(permission), words_of(permission)))
    order = itemgetter(1)
    return [*sorted(does, key=order), *sorted(sees, key=order)]


def code_of(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def title(role: StaffRole) -> str:
    return role.group.name.replace("_", " ").capitalize()


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
