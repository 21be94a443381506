"""What a person must look at."""

from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from unfold.decorators import action

from marketplace.core.admin import ReadOnlyAdmin, ReasonForm, short_id, status_label
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.payments import services
from marketplace.payments.admin import review_words
from marketplace.payments.admin.assign_receipt import assign_receipt
from marketplace.payments.admin.display import AmountMixin, operator
from marketplace.payments.admin.ledger_links import in_a_row
from marketplace.payments.models import PaymentReview, ReviewKind, ReviewStatus


@admin.register(PaymentReview)
class PaymentReviewAdmin(AmountMixin, ReadOnlyAdmin):
    list_display = ("created_at", "kind_text", "amount_text", "where", "status_text", "order_text")
    status_text = status_label()
    list_filter = ("status", "priority", "kind", "in_suspense", "provider")
    search_fields = ("id__exact", "order_id__exact", "payment_id__exact", "subject_id__exact")
    search_help_text = "A whole id: of the review, order, payment, or what it is about"
    ordering = ("status", "-priority", "created_at")
    list_select_related = False
    actions = ("refund", "credit", "lift_limit", "close")
    actions_detail = ("assign",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind_text", "status"),
                    ("amount_text", "standing"),
                    ("provider", "provider_object_id"),
                    "note",
                    "links",
                )
            },
        ),
        (
            "What became of it",
            {"fields": (("resolution", "resolved_by"), ("resolved_reason", "resolved_at"))},
        ),
        ("More", {"fields": (("id", "subject_id"), ("priority", "created_at"))}),
    )
    readonly_fields = ("links",)

    @admin.display(description="kind", ordering="kind")
    def kind_text(self, review: PaymentReview) -> str:
        return review.kind.replace("_", " ").capitalize()

    @admin.display(description="money", ordering="in_suspense")
    def where(self, review: PaymentReview) -> str:
        is_there = review.in_suspense and review.status == ReviewStatus.OPEN
        return "In suspense" if is_there else "-"

    @admin.display(description="money")
    def standing(self, review: PaymentReview) -> str:
        return review_words.standing(review)

    @admin.display(description="order")
    def order_text(self, review: PaymentReview) -> str:
        return f"…{short_id(review.order_id)}" if review.order_id else "-"

    @admin.display(description="about")
    def links(self, review: PaymentReview) -> SafeString | str:
        return in_a_row(review_words.links(review))

    def has_assign_permission(self, request: HttpRequest, object_id: UUID | None = None) -> bool:
        return operator(request).may("payments.resolve_review") and (
            object_id is None or _assignable().filter(id=object_id).exists()
        )

    @action(  # type: ignore[untyped-decorator]
        description="Assign to an order", url_path="assign", permissions=["assign"]
    )
    @asks_again
    def assign(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        review = get_object_or_404(PaymentReview, id=object_id)
        context = {**self.admin_site.each_context(request), "opts": self.model._meta}
        return assign_receipt(request, context, review)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return operator(request).may("payments.resolve_review")

    @admin.action(description="Refund from suspense, with a reason", permissions=["resolve"])
    def refund(
        self, request: HttpRequest, queryset: QuerySet[PaymentReview]
    ) -> HttpResponse | None:
        explanation = "The money in suspense goes back through the provider that collected it."
        return self._resolve(request, queryset, services.Resolution.REFUND, explanation)

    @admin.action(
        description="Credit a top-up from suspense, with a reason", permissions=["resolve"]
    )
    def credit(
        self, request: HttpRequest, queryset: QuerySet[PaymentReview]
    ) -> HttpResponse | None:
        explanation = "What came goes into the wallet of the user who topped up."
        return self._resolve(request, queryset, services.Resolution.CREDIT, explanation)

    @admin.action(description="Lift the holding limit, with a reason", permissions=["resolve"])
    def lift_limit(
        self, request: HttpRequest, queryset: QuerySet[PaymentReview]
    ) -> HttpResponse | None:
        explanation = "The money may wait on, as from our own bank. The escrow stays what it is."
        return self._resolve(request, queryset, services.Resolution.LIFT_LIMIT, explanation)

    @admin.action(description="Close, with a reason", permissions=["resolve"])
    def close(self, request: HttpRequest, queryset: QuerySet[PaymentReview]) -> HttpResponse | None:
        explanation = "Settled by other means; nothing is posted."
        return self._resolve(request, queryset, services.Resolution.CLOSE, explanation)

    @asks_again
    def _resolve(
        self,
        request: HttpRequest,
        queryset: QuerySet[PaymentReview],
        resolution: services.Resolution,
        explanation: str,
    ) -> HttpResponse | None:
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._resolve_each(request, queryset, resolution, form.cleaned_data["reason"])
            return None
        reviews = list(queryset)
        for review in reviews:
            review.amount_text = self.amount_text(review)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": "Resolve reviews",
            "explanation": explanation,
            "form": form,
            "reviews": reviews,
            "action": resolution.value.lower(),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "payments/admin/resolve_review.html", context)

    def _resolve_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[PaymentReview],
        resolution: services.Resolution,
        reason: str,
    ) -> None:
        """Every selected review on its own: one refusal does not undo the others."""
        done = 0
        for review_id in queryset.values_list("id", flat=True):
            try:
                services.resolve_review(
                    review_id=review_id,
                    actor=operator(request),
                    resolution=resolution,
                    reason=reason,
                )
                done += 1
            except DomainError as refusal:
                self.message_user(request, f"{review_id}: {refusal.detail}", messages.ERROR)
        if done:
            self.message_user(request, f"{done} resolved.", messages.SUCCESS)


def _assignable() -> QuerySet[PaymentReview]:
    return PaymentReview.objects.filter(
        kind=ReviewKind.UNMATCHED_CAPTURE, in_suspense=True, status=ReviewStatus.OPEN
    )
