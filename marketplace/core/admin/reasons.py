"""Actions that a person gives a reason for: asked once for all the rows that were selected."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from marketplace.core.admin.parts import ReasonForm
from marketplace.core.errors import DomainError


def with_reason(
    page: ModelAdmin,
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    action: str,
    title: str,
    explanation: str,
    run: Callable[[Any, str], object],
    form_class: type[ReasonForm] = ReasonForm,
) -> HttpResponse | None:
    """Ask why, then run the command for each row: one refusal does not undo the others."""
    form = form_class(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        context = {
            **page.admin_site.each_context(request),
            "title": title,
            "explanation": explanation,
            "form": form,
            "rows": list(queryset),
            "action": action,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": page.model._meta,
        }
        return TemplateResponse(request, "core/admin/give_reason.html", context)
    done = 0
    for row in queryset:
        try:
            run(row, form.cleaned_data["reason"])
            done += 1
        except DomainError as refusal:
            page.message_user(request, f"{row}: {refusal.detail}", messages.ERROR)
    if done:
        page.message_user(request, f"{title}: {done} done.", messages.SUCCESS)
    return None
