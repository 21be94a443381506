"""Sales to look at: what links their two people, and what an operator decides about it."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from marketplace.core.admin import ReasonForm, at_text, short_id, status_label, table, with_reason
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.desk import asks_again
from marketplace.payments import services
from marketplace.payments.admin.display import filtered, link, money, operator
from marketplace.payments.admin.ledger_links import in_a_row
from marketplace.payments.admin.payouts import DecidingAdmin
from marketplace.payments.models import (
    Evidence,
    FindingKind,
    FindingStatus,
    Payment,
    RiskFinding,
    RiskPolicy,
)

MOST_OTHERS = 20
MOST_SALES = 100
SAID = {
    FindingKind.LINKED_PARTIES: "Buyer and seller have {} in common.",
    FindingKind.INSTRUMENT_VELOCITY: "The buyer paid with {} as many other buyers of that day.",
}


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
        "order_text",
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
        (None, {"fields": ("story", "meaning", "links")}),
        ("What was decided", {"fields": ("decision",)}),
        ("These two people", {"fields": ("sales_between", "others")}),
        ("More", {"fields": (("id", "kind"), ("status", "created_at"))}),
    )
    readonly_fields = ("story", "meaning", "links", "decision", "sales_between", "others")
    actions = ("clear_chosen",)
    actions_detail = ("clear", "confirm", "reopen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RiskFinding]:
        """Without the sales of whoever looks: no party hears of a finding, staff no more than
        others."""
        rows: QuerySet[RiskFinding] = super().get_queryset(request)
        own = request.user.pk
        people = rows.select_related("payment", "buyer", "seller", "decided_by")
        return people.exclude(Q(buyer_id=own) | Q(seller_id=own))

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
        about = f"{self.amount_text(finding)}, {finding.buyer} from {finding.seller}"
        return self.decide(request, finding.id, name, f"{about}: {shared(finding)}")

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

    @admin.display(description="what they share")
    def seen_text(self, finding: RiskFinding) -> str:
        return shared(finding)

    @admin.display(description="buyer")
    def buyer_text(self, finding: RiskFinding) -> str:
        return str(finding.buyer)

    @admin.display(description="seller")
    def seller_text(self, finding: RiskFinding) -> str:
        return str(finding.seller)

    @admin.display(description="amount")
    def amount_text(self, finding: RiskFinding) -> str:
        return money(finding.payment.amount_minor, finding.payment.currency)

    @admin.display(description="order")
    def order_text(self, finding: RiskFinding) -> str:
        return f"…{short_id(finding.order_id)}"

    @admin.display(description="what was seen")
    def story(self, finding: RiskFinding) -> SafeString:
        return format_html(
            "{} paid {} for goods of {} on {}. {}",
            link("users_user_change", finding.buyer_id, finding.buyer),
            self.amount_text(finding),
            link("users_user_change", finding.seller_id, finding.seller),
            f"{finding.created_at:%Y-%m-%d}",
            SAID[FindingKind(finding.kind)].format(shared(finding)),
        )

    @admin.display(description="what it does")
    def meaning(self, finding: RiskFinding) -> str:
        if finding.status == FindingStatus.CLEARED:
            return "Nothing: it was cleared."
        until = "until this is decided" if finding.status == FindingStatus.OPEN else "from now on"
        return (
            f"The seller's payouts wait for two operators {until}. The order goes on; neither of "
            "them was told, and nobody should."
        )

    @admin.display(description="about")
    def links(self, finding: RiskFinding) -> SafeString | str:
        return in_a_row(_links(finding))

    @admin.display(description="decision")
    def decision(self, finding: RiskFinding) -> str:
        if finding.decided_at is None:
            return "None yet."
        return format_html(
            "{} by {} at {}: {}",
            finding.status.capitalize(),
            finding.decided_by,
            at_text(finding.decided_at),
            finding.decided_reason,
        )

    @admin.display(description="sales between them")
    def sales_between(self, finding: RiskFinding) -> str:
        one, other = finding.buyer_id, finding.seller_id
        bought, sold = _count_sales(one, other), _count_sales(other, one)
        return f"{bought} in this direction, {sold} in the other."

    @admin.display(description="other findings")
    def others(self, finding: RiskFinding) -> str:
        """Of either of them, the newest."""
        people = [finding.buyer_id, finding.seller_id]
        rows = RiskFinding.objects.filter(Q(buyer_id__in=people) | Q(seller_id__in=people))
        found = rows.exclude(id=finding.id).select_related("buyer", "seller").order_by("-id")
        lines = [
            (
                link("payments_riskfinding_change", row.id, f"…{short_id(row.order_id)}"),
                row.buyer,
                row.seller,
                shared(row),
                row.status.capitalize(),
            )
            for row in found[:MOST_OTHERS]
        ]
        heads = ("Order", "Buyer", "Seller", "What they share", "Status")
        return table(heads, lines) if lines else "None."


def shared(finding: RiskFinding) -> str:
    """The evidence in words: the same bank account and the same device."""
    return " and ".join(Evidence(code).label for code in finding.evidence)


def _links(finding: RiskFinding) -> Iterator[SafeString]:
    yield link("orders_order_change", finding.order_id, f"Order …{short_id(finding.order_id)}")
    yield link("payments_payment_change", finding.payment_id, "Payment")
    yield link("users_user_change", finding.buyer_id, "Buyer")
    yield link("users_user_change", finding.seller_id, "Seller")
    yield filtered("payments_payout_changelist", "The seller's payouts", q=finding.seller_id)


def _count_sales(buyer_id: UUID, seller_id: UUID) -> str:
    paid = Payment.objects.filter(user_id=buyer_id, seller_id=seller_id, captured_at__isnull=False)
    count = paid[: MOST_SALES + 1].count()
    return f"more than {MOST_SALES}" if count > MOST_SALES else str(count)


@admin.register(RiskPolicy)
class RiskPolicyAdmin(AuditedAdmin):
    """What a row leaves empty is said by the next more general one; what none says is off."""

    is_dangerous = True
    list_display = ("__str__", "buyers_per_instrument")
    list_filter = ("verification_level", "currency")
    ordering = ("currency", "verification_level")
