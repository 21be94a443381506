"""Commission rules: made, ended and succeeded through commands, and explained."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display

from marketplace.core import clock
from marketplace.core.admin import ReadOnlyAdmin, at_text
from marketplace.core.categories import categories
from marketplace.core.desk import asks_again
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.payments import services
from marketplace.payments.admin import commission_pages
from marketplace.payments.admin.commission_forms import EndRuleForm, NewRuleForm, initial_from
from marketplace.payments.admin.display import link, operator
from marketplace.payments.commission.charge import percent
from marketplace.payments.commission.choice import describe_conditions
from marketplace.payments.models import CommissionRule

LISTING = "admin:payments_commissionrule_changelist"


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("valid", "Valid now"), ("coming", "To come"), ("over", "Over")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[CommissionRule]
    ) -> QuerySet[CommissionRule]:
        at = clock.now()
        over = Q(valid_until_at__lte=at) | Q(valid_until_at=F("valid_from_at"))
        match self.value():
            case "valid":
                return queryset.filter(valid_from_at__lte=at).exclude(over)
            case "coming":
                return queryset.filter(valid_from_at__gt=at).exclude(over)
            case "over":
                return queryset.filter(over)
        return queryset


def takes(rule: CommissionRule) -> str:
    """The rule's figures on one line."""
    words = [percent(rule.rate_bps)]
    if rule.currency:
        if rule.fixed_minor:
            words.append(f"+ {Money(rule.fixed_minor, rule.currency)}")
        if rule.minimum_minor:
            words.append(f"at least {Money(rule.minimum_minor, rule.currency)}")
        if rule.cap_minor is not None:
            words.append(f"at most {Money(rule.cap_minor, rule.currency)}")
    if rule.tax_bps:
        words.append(f"plus {percent(rule.tax_bps)} tax {rule.tax_jurisdiction}")
    if rule.buyer_share_bps:
        words.append(f"buyer pays {percent(rule.buyer_share_bps)} of it")
    return ", ".join(words).replace(", +", " +")


@admin.register(CommissionRule)
class CommissionRuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "conditions", "takes", "begins", "ends", "state")
    list_filter = (StateFilter, "is_promotional", "currency", "seller_level")
    search_fields = ("name", "=id", "=category_id")
    search_help_text = "A part of the name, or the id of a rule or a category"
    ordering = ("-valid_from_at", "-id")
    list_select_related = False
    fieldsets = (
        (None, {"fields": ("name", "state", "conditions", "takes", "begins", "ends")}),
        (
            "Trail",
            {
                "fields": (
                    ("created_by_text", "created_at"),
                    "created_reason",
                    ("ended_by_text", "ended_at"),
                    "ended_reason",
                    ("succeeds_link", "succeeded_link"),
                )
            },
        ),
    )
    actions_list = ("explain", "report")
    actions_detail = ("end", "succeed")

    # What is shown

    def get_list_display(self, request: HttpRequest) -> Any:
        names = _category_names(request)

        @admin.display(description="conditions")
        def conditions(rule: CommissionRule) -> str:
            return _conditions(rule, names)

        return [conditions if name == "conditions" else name for name in self.list_display]

    @admin.display(description="conditions")
    def conditions(self, rule: CommissionRule) -> str:
        return _conditions(rule, {each.id: each.name for each in categories().everything()})

    @admin.display(description="takes")
    def takes(self, rule: CommissionRule) -> str:
        return takes(rule)

    @admin.display(description="begins", ordering="valid_from_at")
    def begins(self, rule: CommissionRule) -> str:
        return at_text(rule.valid_from_at)

    @admin.display(description="ends", ordering="valid_until_at")
    def ends(self, rule: CommissionRule) -> str:
        return at_text(rule.valid_until_at) if rule.valid_until_at else "until further notice"

    @display(  # type: ignore[untyped-decorator]
        description="state", label={"valid": "success", "to come": "info", "over": ""}
    )
    def state(self, rule: CommissionRule) -> str:
        at, until = clock.now(), rule.valid_until_at
        if until is not None and (until <= at or until == rule.valid_from_at):
            return "over"
        return "valid" if rule.valid_from_at <= at else "to come"

    @admin.display(description="made by")
    def created_by_text(self, rule: CommissionRule) -> str:
        return rule.created_by.email if rule.created_by else "a set-up"

    @admin.display(description="ended by")
    def ended_by_text(self, rule: CommissionRule) -> str:
        return rule.ended_by.email if rule.ended_by else "-"

    @admin.display(description="succeeds")
    def succeeds_link(self, rule: CommissionRule) -> str:
        return _rule_link(rule.succeeds)

    @admin.display(description="succeeded by")
    def succeeded_link(self, rule: CommissionRule) -> str:
        return _rule_link(CommissionRule.objects.filter(succeeds=rule).first())

    # What is done

    def has_add_permission(self, request: HttpRequest) -> bool:
        return operator(request).may("payments.edit_commission_rule")

    def has_write_permission(self, request: HttpRequest, *_: Any) -> bool:
        return operator(request).may("payments.edit_commission_rule")

    @action(description="Which rule applies?", url_path="explain", permissions=["view"])  # type: ignore[untyped-decorator]
    def explain(self, request: HttpRequest) -> HttpResponse:
        return commission_pages.explain(request, self.admin_site.each_context(request))

    @action(description="Report", url_path="report", permissions=["view"])  # type: ignore[untyped-decorator]
    def report(self, request: HttpRequest) -> HttpResponse:
        return commission_pages.report(request, self.admin_site.each_context(request))

    @asks_again
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._ask(request, None)

    @action(description="Succeed", url_path="succeed", permissions=["write"])  # type: ignore[untyped-decorator]
    @asks_again
    def succeed(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._ask(request, CommissionRule.objects.filter(pk=object_id).first())

    @action(description="End", url_path="end", permissions=["write"])  # type: ignore[untyped-decorator]
    @asks_again
    def end(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        rule = CommissionRule.objects.filter(pk=object_id).first()
        if rule is None:
            return redirect(LISTING)
        form = EndRuleForm(request.POST or None)
        if form.is_valid():
            try:
                services.end_commission_rule(
                    actor=operator(request),
                    rule_id=rule.id,
                    reason=form.cleaned_data["reason"],
                    ends_at=form.cleaned_data["ends_at"],
                )
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"“{rule.name}” was ended.")
                return redirect(LISTING)
        explanation = "Sales from before keep their terms. A rule ends once."
        page = {"form": form, "sections": [("", [form["ends_at"], form["reason"]])]}
        title = f"End “{rule.name}”"
        return self._form_page(request, title, explanation, button="End this rule", **page)

    def _ask(self, request: HttpRequest, former: CommissionRule | None) -> HttpResponse:
        """The form of a new rule; of a successor it begins as the rule that it succeeds."""
        if not operator(request).may("payments.edit_commission_rule"):
            raise PermissionDenied
        form = NewRuleForm(request.POST or None, initial=initial_from(former) if former else None)
        conflict = None
        if form.is_valid():
            try:
                services.create_commission_rule(
                    actor=operator(request),
                    rule=form.rule(),
                    reason=form.cleaned_data["reason"],
                    succeeds_id=former.id if former else None,
                )
            except DomainError as refusal:
                form.refuse(refusal)
                others = [refusal.extra["rule_id"]] if "rule_id" in refusal.extra else []
                conflict = CommissionRule.objects.filter(id__in=others).first()
            else:
                messages.success(request, f"“{form.cleaned_data['name']}” was made.")
                return redirect(LISTING)
        title = f"Succeed “{former.name}”" if former else "New commission rule"
        explanation = (
            "The present rule ends at the moment at which this one begins; its sales keep it."
            if former
            else "The most specific rule wins: category, then level, then amount, then promotion."
        )
        sections = [(name, [form[field] for field in fields]) for name, fields in form.SECTIONS]
        page = {
            "form": form,
            "sections": sections,
            "conflict": conflict,
            "conflict_text": conflict and f"{takes(conflict)}; {self.conditions(conflict)}",
        }
        return self._form_page(request, title, explanation, button="Save this rule", **page)

    def _form_page(
        self, request: HttpRequest, title: str, explanation: str, **page: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "explanation": explanation,
            "listing": reverse(LISTING),
            "opts": self.model._meta,
            **page,
        }
        return TemplateResponse(request, "payments/admin/form_page.html", context)


def _category_names(request: HttpRequest) -> Mapping[UUID, str]:
    """Read once per request: a list's rows are many and the tree is one."""
    names: Mapping[UUID, str] | None = getattr(request, "category_names", None)
    if names is None:
        names = {each.id: each.name for each in categories().everything()}
        request.category_names = names  # type: ignore[attr-defined]
    return names


def _conditions(rule: CommissionRule, names: Mapping[UUID, str]) -> str:
    name = names.get(rule.category_id, "") if rule.category_id else ""
    return ", ".join(describe_conditions(rule, name)) or "every sale"


def _rule_link(rule: CommissionRule | None) -> str:
    return link("payments_commissionrule_change", rule.pk, rule) if rule else "-"
