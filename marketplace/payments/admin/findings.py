"""Sales to look at: what links their two people, and what an operator decides about it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString
from unfold.decorators import action

from marketplace.core.admin import ReasonForm, status_label, with_reason
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.desk import asks_again
from marketplace.payments import services
from marketplace.payments.admin import finding_facts as facts
from marketplace.payments.admin.display import money, operator
from marketplace.payments.admin.ledger_links import in_a_row
from marketplace.payments.admin.payouts import DecidingAdmin
from marketplace.payments.models import FindingStatus, RiskFinding, RiskPolicy

VIEWER = "_viewer"


@admin.register(RiskFinding)
class RiskFindingAdmin(DecidingAdmin):
    """``?status__exact=OPEN`` are the sales to look at."""

    decides = "payments.decide_finding"
    acts = {
        "clear": (
            "Clear the sale",
            "Nothing is wrong with it: it holds the seller's payouts no more.",
            ReasonForm,
            lambda row_id, by, why: services.clear_finding(finding_id=row_id, actor=by, reason=why),
        ),
        "confirm": (
            "Confirm the suspicion",
            "The seller's payouts go on waiting for two operators. Nobody is told.",
            ReasonForm,
            lambda row_id, by, why: services.confirm_finding(
                finding_id=row_id, actor=by, reason=why
            ),
        ),
        "reopen": (
            "Look at it again",
            "The decision is taken back; the audit log keeps it. Payouts wait until the next one.",
            ReasonForm,
            lambda row_id, by, why: services.reopen_finding(
                finding_id=row_id, actor=by, reason=why
            ),
        ),
    }

    list_display = (
        "created_at",
        "seen_text",
        "buyer_text",
        "seller_text",
        "amount_text",
        "status_text",
    )
    status_text = status_label()
    list_filter = ("status", "kind")
    search_fields = (
        "id__exact",
        "order_id__exact",
        "payment__id__exact",
        "buyer__id__exact",
        "seller__id__exact",
    )
    search_help_text = "A whole id: of the finding, order, payment, buyer or seller"
    ordering = ("-id",)
    list_select_related = ("payment", "buyer", "seller")
    fieldsets = (
        (None, {"fields": ("story", "meaning", "links", "decision")}),
        ("These two people", {"fields": ("people", "sales_between", "others")}),
        ("More", {"fields": (("id", "kind"), ("status", "created_at"))}),
    )
    readonly_fields = (
        "story",
        "meaning",
        "links",
        "decision",
        "people",
        "sales_between",
        "others",
    )
    actions = ("clear_chosen",)
    actions_detail = ("clear", "confirm", "reopen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RiskFinding]:
        """Without the sales of whoever looks: no party hears of a finding, staff no more than
        others. Asked first whether there are any: a list without a condition counts nothing."""
        rows: QuerySet[RiskFinding] = super().get_queryset(request)
        own = request.user.pk
        if rows.filter(Q(buyer_id=own) | Q(seller_id=own)).exists():
            rows = facts.not_of(rows, own)
        return rows.select_related("payment", "buyer", "seller", "decided_by")

    def get_object(self, request: HttpRequest, *arguments: Any) -> RiskFinding | None:
        finding: RiskFinding | None = super().get_object(request, *arguments)
        if finding is not None:
            finding.__dict__[VIEWER] = request.user.pk
        return finding

    def fitting(self, row_id: Any) -> Collection[str]:
        is_open = RiskFinding.objects.filter(id=row_id, status=FindingStatus.OPEN).exists()
        return ("clear", "confirm") if is_open else ("reopen",)

    @action(description="Clear", url_path="clear", permissions=["operate"])  # type: ignore[untyped-decorator]
    @asks_again
    def clear(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "clear")

    @action(description="Confirm", url_path="confirm", permissions=["operate"])  # type: ignore[untyped-decorator]
    def confirm(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "confirm")

    @action(description="Reopen", url_path="reopen", permissions=["operate"])  # type: ignore[untyped-decorator]
    def reopen(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._decide(request, object_id, "reopen")

    def _decide(self, request: HttpRequest, object_id: UUID, name: str) -> HttpResponse:
        finding = get_object_or_404(self.get_queryset(request), id=object_id)
        sale = f"{self.amount_text(finding)}, {finding.buyer} from {finding.seller}"
        return self.decide(request, finding.id, name, f"{sale}. {facts.in_words(finding)}")

    @admin.action(description="Clear, with a reason", permissions=["operate"])
    @asks_again
    def clear_chosen(
        self, request: HttpRequest, queryset: QuerySet[RiskFinding]
    ) -> HttpResponse | None:
        def run(finding: RiskFinding, reason: str) -> None:
            services.clear_finding(finding_id=finding.id, actor=operator(request), reason=reason)

        return with_reason(
            self,
            request,
            queryset,
            action="clear_chosen",
            title="Clear sales",
            explanation="Nothing is wrong with them: they hold the sellers' payouts no more.",
            run=run,
        )

    # The columns and fields

    @admin.display(description="shared")
    def seen_text(self, finding: RiskFinding) -> str:
        return facts.in_short(finding)

    @admin.display(description="buyer")
    def buyer_text(self, finding: RiskFinding) -> str:
        return str(finding.buyer)

    @admin.display(description="seller")
    def seller_text(self, finding: RiskFinding) -> str:
        return str(finding.seller)

    @admin.display(description="amount")
    def amount_text(self, finding: RiskFinding) -> str:
        return money(finding.payment.amount_minor, finding.payment.currency)

    @admin.display(description="what was seen")
    def story(self, finding: RiskFinding) -> SafeString:
        return facts.tell(finding)

    @admin.display(description="what it does")
    def meaning(self, finding: RiskFinding) -> SafeString | str:
        return facts.say_effect(finding)

    @admin.display(description="about")
    def links(self, finding: RiskFinding) -> SafeString | str:
        return in_a_row(facts.about(finding))

    @admin.display(description="decision")
    def decision(self, finding: RiskFinding) -> str:
        return facts.say_decision(finding)

    @admin.display(description="accounts")
    def people(self, finding: RiskFinding) -> str:
        return facts.show_people(finding)

    @admin.display(description="paid between them")
    def sales_between(self, finding: RiskFinding) -> str:
        return facts.count_sales(finding)

    @admin.display(description="other findings")
    def others(self, finding: RiskFinding) -> str:
        return facts.list_others(finding, finding.__dict__.get(VIEWER))


@admin.register(RiskPolicy)
class RiskPolicyAdmin(AuditedAdmin):
    """What a row leaves empty is said by the next more general one; what none says is off."""

    is_dangerous = True
    list_display = ("__str__", "buyers_per_instrument")
    list_filter = ("verification_level", "currency")
    ordering = ("currency", "verification_level")
