"""What operators see of people's own requests about their data, and the documents to agree to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from marketplace.core import clock
from marketplace.core.admin import ReadOnlyAdmin, status_label
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.models import RetentionPolicy
from marketplace.core.retention import retention_rules
from marketplace.users.models import Consent, DataExport, Erasure, PolicyDocument, RetainedData


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "requested_at", "due_at", "started_at", "finished_at", "last_error")
    search_fields = ("=user_id",)
    search_help_text = "A whole id of an account"
    ordering = ("-id",)


@admin.register(RetainedData)
class RetainedDataAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "kind", "rule", "kept_since_at", "erased_at")
    search_fields = ("=user_id",)
    search_help_text = "A whole id of an account"
    ordering = ("-id",)


@admin.register(DataExport)
class DataExportAdmin(ReadOnlyAdmin):
    """Without what is in the file: it is its owner's alone."""

    list_display = ("user_id", "state_text", "requested_at", "ready_at", "expires_at", "size_bytes")
    state_text = status_label("state")
    list_filter = ("state",)
    search_fields = ("=user_id",)
    search_help_text = "A whole id of an account"
    ordering = ("-id",)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "document", "version", "is_given", "source", "recorded_at")
    list_filter = ("document",)
    search_fields = ("=user_id",)
    search_help_text = "A whole id of an account"
    ordering = ("-id",)


@admin.register(PolicyDocument)
class PolicyDocumentAdmin(AuditedAdmin):
    """A version is published by adding it; one that was published is never edited."""

    list_display = ("kind", "version", "is_required", "published_at", "url")
    list_filter = ("kind",)
    ordering = ("-published_at",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RetentionForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    class Meta:
        model = RetentionPolicy
        fields = ("days", "reason")

    def clean_days(self) -> int:
        days = int(self.cleaned_data["days"])
        rule = retention_rules().get(self.instance.name)
        if rule and not rule.least_days <= days <= rule.most_days:
            raise forms.ValidationError(f"From {rule.least_days} to {rule.most_days} days.")
        return days


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(AuditedAdmin):
    """How long things are kept. Shorter takes effect with the next sweep, and cannot be undone."""

    is_dangerous = True
    form = RetentionForm
    list_display = ("what", "days", "updated_at", "swept_at", "removed")
    readonly_fields = ("name", "what", "range", "updated_at", "swept_at", "removed")
    fields = ("name", "what", "days", "range", "reason", "updated_at", "swept_at", "removed")
    ordering = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: RetentionPolicy, form: Any, change: bool
    ) -> None:
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)

    @admin.display(description="what")
    def what(self, policy: RetentionPolicy) -> str:
        rule = retention_rules().get(policy.name)
        return rule.title if rule else policy.name

    @admin.display(description="may be")
    def range(self, policy: RetentionPolicy) -> str:
        rule = retention_rules().get(policy.name)
        return f"{rule.least_days} to {rule.most_days} days" if rule else "-"
