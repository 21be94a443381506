"""Admin forms that change what the platform goes by: nothing is saved without a reason."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextareaWidget

from marketplace.core.admin import FastAdmin, ReasonForm, operator
from marketplace.core.audit import record_action, subject_id_of
from marketplace.core.desk import ask_again, is_fresh

REASON = "reason"


class AuditedAdmin(FastAdmin):
    """Every save and every deletion asks why, and is in the audit log with before and after."""

    actions = None
    is_dangerous = False
    """What it says protects money or people: whoever may change it shows again who they are."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        may_save = self.has_change_permission if object_id else self.has_add_permission
        if self._asks_again(request, may_save):
            return ask_again(request.get_full_path())
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _asks_again(self, request: HttpRequest, is_allowed: Callable[[HttpRequest], bool]) -> bool:
        return self.is_dangerous and is_allowed(request) and not is_fresh(request.session)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        asked = forms.CharField(
            max_length=1000, widget=widget, help_text="It stays in the audit log, with your name."
        )
        base = kwargs.pop("form", self.form)
        reasoned = type(f"Reasoned{base.__name__}", (base,), {REASON: asked})
        return super().get_form(request, obj, change, form=reasoned, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        others = [name for name in super().get_fields(request, obj) if name != REASON]
        may_save = self.has_change_permission(request, obj) if obj else True
        return [*others, REASON] if may_save else others

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = self.get_object(request, str(obj.pk)) if change else None
        changed = [name for name in form.changed_data if name != REASON]
        before = _values(stored, changed) if stored else {}
        super().save_model(request, obj, form, change)
        verb = "change" if change else "add"
        reason, after = form.cleaned_data[REASON], _values(obj, changed)
        self._record(request, verb, obj, reason=reason, before=before, after=after)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows that are edited on the same page are part of what was changed."""
        super().save_formset(request, form, formset, change)
        after = {
            "added": [str(row) for row in formset.new_objects],
            "changed": [f"{row}: {', '.join(names)}" for row, names in formset.changed_objects],
            "removed": [str(row) for row in formset.deleted_objects],
        }
        if any(after.values()):
            reason = form.cleaned_data[REASON]
            self._record(request, "change", form.instance, reason=reason, before={}, after=after)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if self._asks_again(request, self.has_delete_permission):
            return ask_again(request.get_full_path())
        row = self.get_object(request, object_id)
        if row is None or not self.has_delete_permission(request, row):
            raise PermissionDenied
        listing = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            name, before = str(row), _values(row, [field.name for field in self.opts.fields])
            with transaction.atomic():
                reason = form.cleaned_data[REASON]
                self._record(request, "delete", row, reason=reason, before=before, after={})
                row.delete()
            messages.success(request, f"{name} was deleted.")
            return redirect(listing)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Delete {self.opts.verbose_name} {row}",
            "form": form,
            "back": listing,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/delete_with_reason.html", context)

    def _record(
        self,
        request: HttpRequest,
        verb: str,
        row: models.Model,
        *,
        reason: str,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        record_action(
            actor=operator(request),
            action=f"{self.opts.app_label}.{verb}_{self.opts.model_name}",
            subject_type=self.opts.label_lower,
            subject_id=subject_id_of(row.pk),
            reason=reason,
            before=_named(row, before),
            after=_named(row, after),
        )


def _named(row: models.Model, values: dict[str, Any]) -> dict[str, Any]:
    """With the row's own key, where that is no UUID: the subject's id, made of it, tells nobody."""
    if not values or isinstance(row.pk, UUID):
        return values
    return {row._meta.pk.attname: row.pk, **values}


def _values(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    values = {}
    for name in names:
        value = row.serializable_value(name)
        is_plain = value is None or isinstance(value, bool | int | str)
        values[name] = value if is_plain else str(value)
    return values
