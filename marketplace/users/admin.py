"""Accounts for operators: found by email, read in full, suspended and reinstated with a reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from marketplace.core.admin import (
    ReadOnlyAdmin,
    ReasonForm,
    at_text,
    operator,
    status_label,
    with_reason,
)
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.users import for_a_person, privacy_admin, services, staff_admin  # noqa: F401 (its pages)
from marketplace.users.models import SignIn, User, UserProfile
from marketplace.users.policies import FEATURE_SELLER

MAX_CHOSEN = 100

# allauth's page of authenticators would show what is stored of them.
KEPT_AWAY = (EmailAddress, EmailConfirmation, SocialAccount, SocialApp, SocialToken, Authenticator)
for model in KEPT_AWAY:
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class SuspendedFilter(admin.SimpleListFilter):
    title = "suspended"
    parameter_name = "suspended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Suspended"), ("no", "Not suspended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(suspended_at__isnull=self.value() == "no")
        return queryset


class EmailPrefixSearch:
    """Search by id, or by how an email address begins: both are one walk down an index."""

    email_field = "email"
    person_field = "pk"
    search_fields = ("email",)
    search_help_text = "The beginning of an email address, or a whole id of a user"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().lower()
        if not term:
            return queryset, False
        try:
            return queryset.filter(**{self.person_field: UUID(term)}), False
        except ValueError:
            return queryset.filter(**{f"{self.email_field}__startswith": term}), False


@admin.register(User)
class UserAdmin(EmailPrefixSearch, ReadOnlyAdmin):
    list_display = (
        "email",
        "first_name",
        "last_name",
        "user_type",
        "verification_text",
        "is_staff",
        "suspended_at",
        "created_at",
    )
    verification_text = status_label("verification_status", "verification")
    list_filter = ("user_type", "verification_status", SuspendedFilter, "is_staff")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "id",
                    "email",
                    ("phone_number", "phone_verified_at"),
                    ("first_name", "last_name"),
                    ("user_type", "roles"),
                    ("verification_status", "verification_level"),
                    ("created_at", "updated_at"),
                )
            },
        ),
        ("Access", {"fields": ("is_active", ("is_staff", "is_superuser"), "groups", "last_login")}),
        ("Suspension", {"fields": (("suspended_at", "suspension_reason"),)}),
    )
    actions = ("suspend_chosen", "reinstate_chosen")
    actions_detail = (
        "suspend_one",
        "reinstate_one",
        "staff_roles",
        "reset_factors",
        "export_data",
        "erase",
    )

    def has_assign_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("users.assign_staff_role")

    @action(description="Staff roles", url_path="staff-roles", permissions=["assign"])  # type: ignore[untyped-decorator]
    @asks_again
    def staff_roles(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return staff_admin.assign(self, request, object_id)

    def has_reset_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("users.reset_second_factors")

    @action(description="Reset second factors", url_path="reset-factors", permissions=["reset"])  # type: ignore[untyped-decorator]
    @asks_again
    def reset_factors(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return for_a_person.reset_factors(self, request, object_id)

    def has_export_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("users.export_user")

    @action(description="Export data", url_path="export", permissions=["export"])  # type: ignore[untyped-decorator]
    @asks_again
    def export_data(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return for_a_person.export_data(self, request, object_id)

    def has_erase_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("users.erase_user")

    @action(description="Erase", url_path="erase", permissions=["erase"])  # type: ignore[untyped-decorator]
    @asks_again
    def erase(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return for_a_person.erase(self, request, object_id)

    def has_suspend_permission(self, request: HttpRequest, *_: Any) -> bool:
        return may_suspend(request)

    @admin.action(description="Suspend…", permissions=["suspend"])
    def suspend_chosen(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse:
        return self._ask_reason(request, chosen, "suspend_chosen")

    @admin.action(description="Reinstate…", permissions=["suspend"])
    def reinstate_chosen(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse:
        return self._ask_reason(request, chosen, "reinstate_chosen")

    def has_suspend_one_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return may_suspend(request) and not is_suspended(object_id)

    def has_reinstate_one_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return may_suspend(request) and is_suspended(object_id) is not False

    @action(description="Suspend", url_path="suspend", permissions=["suspend_one"])  # type: ignore[untyped-decorator]
    def suspend_one(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._ask_reason(request, User.objects.filter(pk=object_id), "suspend_chosen")

    @action(description="Reinstate", url_path="reinstate", permissions=["reinstate_one"])  # type: ignore[untyped-decorator]
    def reinstate_one(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._ask_reason(request, User.objects.filter(pk=object_id), "reinstate_chosen")

    def _ask_reason(self, request: HttpRequest, chosen: QuerySet[User], name: str) -> HttpResponse:
        """A page between choosing and doing; the second time round, with a reason, it is done."""
        if not may_suspend(request):
            raise PermissionDenied
        verb = "Suspend" if name == "suspend_chosen" else "Reinstate"
        users = list(chosen.order_by("-id")[: MAX_CHOSEN + 1])
        listing = reverse("admin:users_user_changelist")
        if len(users) > MAX_CHOSEN:
            messages.error(request, f"At most {MAX_CHOSEN} accounts at once.")
            return redirect(listing)
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._carry_out(request, users, verb, form.cleaned_data["reason"])
            return redirect(listing)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb} {len(users)} account{'' if len(users) == 1 else 's'}",
            "users": users,
            "form": form,
            "action": name,
            "verb": verb,
            "listing": listing,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/users/reason.html", context)

    def _carry_out(self, request: HttpRequest, users: list[User], verb: str, reason: str) -> None:
        actor = operator(request)
        command: Callable[[User], object] = {
            "Suspend": lambda user: services.suspend_user(
                user_id=user.pk, actor=actor, reason=reason
            ),
            "Reinstate": lambda user: services.reinstate_user(
                user_id=user.pk, actor=actor, reason=reason
            ),
        }[verb]
        for user in users:
            # One refusal does not stop the others: the operator is told of each.
            try:
                command(user)
            except DomainError as refusal:
                messages.error(request, f"{user.email}: {refusal.title}.")
            else:
                self.log_change(request, user, f"{verb}: {reason}")
                messages.success(request, f"{user.email}: done.")


@admin.register(UserProfile)
class UserProfileAdmin(EmailPrefixSearch, ReadOnlyAdmin):
    email_field = "user__email"
    person_field = "user_id"
    list_display = ("user", "rating", "total_reviews", "is_featured", "updated_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    actions = ("feature", "unfeature")

    def has_feature_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may(FEATURE_SELLER)

    @admin.action(description="Feature as sellers, with a reason", permissions=["feature"])
    def feature(self, request: HttpRequest, chosen: QuerySet[UserProfile]) -> HttpResponse | None:
        return self._set_featured(request, chosen, is_featured=True)

    @admin.action(description="Feature no longer, with a reason", permissions=["feature"])
    def unfeature(self, request: HttpRequest, chosen: QuerySet[UserProfile]) -> HttpResponse | None:
        return self._set_featured(request, chosen, is_featured=False)

    def _set_featured(
        self, request: HttpRequest, chosen: QuerySet[UserProfile], *, is_featured: bool
    ) -> HttpResponse | None:
        def run(profile: UserProfile, reason: str) -> None:
            services.feature_seller(
                user_id=profile.user_id,
                actor=operator(request),
                is_featured=is_featured,
                reason=reason,
            )

        return with_reason(
            self,
            request,
            chosen,
            action="feature" if is_featured else "unfeature",
            title="Feature sellers" if is_featured else "Feature sellers no longer",
            explanation="Their public pages say that the platform features them.",
            run=run,
        )


@admin.register(SignIn)
class SignInAdmin(EmailPrefixSearch, ReadOnlyAdmin):
    email_field = "user__email"
    person_field = "user_id"
    list_display = ("user", "ip_address", "created_at", "refreshed_at", "ended_at", "end_reason")
    list_filter = ("end_reason",)
    list_select_related = ("user",)
    exclude = ("refresh_token_id",)
    ordering = ("-id",)


@admin.register(EmailAddress)
class EmailAddressAdmin(EmailPrefixSearch, ReadOnlyAdmin):
    person_field = "user_id"
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("verified",)
    list_select_related = ("user",)
    ordering = ("-id",)


@admin.register(SocialAccount)
class SocialAccountAdmin(EmailPrefixSearch, ReadOnlyAdmin):
    """Who besides a password signs people in. Nobody connects or disconnects for somebody else."""

    email_field = "user__email"
    person_field = "user_id"
    list_display = ("user", "provider", "identity", "connected_at", "used_at")
    list_select_related = ("user",)
    fields = ("user", "provider", "subject", "identity", ("connected_at", "used_at"))
    ordering = ("-id",)

    @admin.display(description="known there as")
    def identity(self, account: SocialAccount) -> str:
        shown: str = account.extra_data.get("identity", "")
        return shown or "-"

    @admin.display(description="subject there")
    def subject(self, account: SocialAccount) -> str:
        return str(account.uid)

    @admin.display(description="connected")
    def connected_at(self, account: SocialAccount) -> str:
        return at_text(account.date_joined)

    @admin.display(description="last used")
    def used_at(self, account: SocialAccount) -> str:
        return at_text(account.last_login)


def may_suspend(request: HttpRequest) -> bool:
    return operator(request).may("users.suspend_user")


def is_suspended(user_id: Any) -> bool | None:
    """Which of the two buttons a person's page has; None where there is no such person."""
    suspended_at = User.objects.filter(pk=user_id).values_list("suspended_at", flat=True)
    return next((at is not None for at in suspended_at), None)
