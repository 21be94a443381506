"""Freezes of payouts: who froze, why, and the way out of it."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display

from marketplace.core.admin import ReadOnlyAdmin, ReasonForm, at_text, operator
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.payments import services
from marketplace.payments.invariants import find_breaches
from marketplace.payments.models import PayoutFreeze
from marketplace.payments.repositories.freezes import find_open_freeze

LISTING = "admin:payments_payoutfreeze_changelist"


@admin.register(PayoutFreeze)
class PayoutFreezeAdmin(ReadOnlyAdmin):
    list_display = ("opened", "state", "cause", "detail_text", "opened_by_text", "lifted")
    list_filter = ("cause",)
    ordering = ("-opened_at",)
    list_select_related = ("opened_by", "lifted_by")
    fieldsets = (
        (None, {"fields": (("state", "cause"), "detail", ("opened", "opened_by_text"))}),
        ("Lifted", {"fields": (("lifted", "lifted_by_text"), "lifted_reason")}),
    )
    actions_list = ("freeze",)
    actions_detail = ("lift",)

    @display(description="state", label={"frozen": "danger", "lifted": ""})  # type: ignore[untyped-decorator]
    def state(self, freeze: PayoutFreeze) -> str:
        return "lifted" if freeze.lifted_at else "frozen"

    @admin.display(description="since", ordering="opened_at")
    def opened(self, freeze: PayoutFreeze) -> str:
        return at_text(freeze.opened_at)

    @admin.display(description="lifted")
    def lifted(self, freeze: PayoutFreeze) -> str:
        return at_text(freeze.lifted_at) if freeze.lifted_at else "-"

    @admin.display(description="what was found")
    def detail_text(self, freeze: PayoutFreeze) -> str:
        return freeze.detail if len(freeze.detail) <= 100 else f"{freeze.detail[:100]}…"

    @admin.display(description="frozen by")
    def opened_by_text(self, freeze: PayoutFreeze) -> str:
        return freeze.opened_by.email if freeze.opened_by else freeze.opened_by_job

    @admin.display(description="lifted by")
    def lifted_by_text(self, freeze: PayoutFreeze) -> str:
        return freeze.lifted_by.email if freeze.lifted_by else "-"

    def has_freeze_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.freeze_payouts")

    def has_lift_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.lift_payout_freeze")

    @action(description="Freeze payouts", url_path="freeze", permissions=["freeze"])  # type: ignore[untyped-decorator]
    def freeze(self, request: HttpRequest) -> HttpResponse:
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            services.freeze_payouts(actor=operator(request), detail=form.cleaned_data["reason"])
            self.message_user(request, "Payouts are frozen.", messages.WARNING)
            return redirect(LISTING)
        return self._ask(
            request,
            form,
            title="Freeze payouts",
            verb="Freeze payouts",
            facts=[
                "From now on nothing is sent out; requests are accepted and wait.",
                "What was sent before is followed to its end. Buyers pay and orders go on as ever.",
            ],
            frozen=find_open_freeze(),
        )

    @action(description="Lift the freeze", url_path="lift", permissions=["lift"])  # type: ignore[untyped-decorator]
    @asks_again
    def lift(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                services.lift_payout_freeze(
                    freeze_id=object_id,
                    actor=operator(request),
                    reason=form.cleaned_data["reason"],
                )
            except DomainError as refusal:
                form.add_error(None, refusal.detail)
            else:
                self.message_user(request, "Payouts go out again.", messages.SUCCESS)
                return redirect(LISTING)
        return self._ask(
            request,
            form,
            title="Lift the freeze of payouts",
            verb="Lift the freeze",
            facts=["Payouts that wait are sent within a minute. The reason stays with your name."],
            frozen=PayoutFreeze.objects.select_related("opened_by").filter(id=object_id).first(),
            breaches=[sentence for _, sentence in find_breaches()],
            asks_for_breaches=True,
        )

    def _ask(self, request: HttpRequest, form: ReasonForm, **page: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "fields": [form["reason"]],
            "back": reverse(LISTING),
            "opts": self.model._meta,
            **page,
        }
        return TemplateResponse(request, "payments/admin/freeze.html", context)
