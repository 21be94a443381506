"""The reviewers' desk: the queue, and a case with its documents beside what was stated."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST
from unfold.decorators import action

from marketplace.core import clock
from marketplace.core.admin import ReadOnlyAdmin, operator, short_id, status_label
from marketplace.core.audited_admin import AuditedAdmin
from marketplace.core.desk import ask_again, asks_again, is_fresh
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.open_items import Queue, register_queue
from marketplace.core.security import Undecipherable
from marketplace.users.verification import services
from marketplace.users.verification.admin_forms import FORMS
from marketplace.users.verification.models import VerificationCase, VerificationPolicy
from marketplace.users.verification.policies import is_reviewer
from marketplace.users.verification.queries.get_review import Review, get_review
from marketplace.users.verification.transitions import WAITING, CaseStatus

QUEUE = VerificationCase.objects.filter(status__in=WAITING, method="PEOPLE")
LIST = "admin:verification_verificationcase_changelist"
CASE = "admin:verification_verificationcase_change"
QUEUE_PATH = "/admin/verification/verificationcase/?queue=waiting"
TRIES = 10
UNSEEN = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
}
"""A document is in nobody's cache, in no other page, and runs nothing."""


class QueueFilter(admin.SimpleListFilter):
    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waits for a reviewer"), ("mine", "Held by me")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[VerificationCase]
    ) -> QuerySet[VerificationCase]:
        if self.value() == "waiting":
            return queryset.filter(status__in=WAITING, method="PEOPLE")
        if self.value() == "mine":
            return queryset.filter(claimed_by_id=request.user.pk)
        return queryset


@admin.register(VerificationCase)
class VerificationCaseAdmin(ReadOnlyAdmin):
    list_display = ("person", "level", "status_text", "waits", "holder", "first_yes", "renewal")
    status_text = status_label()
    list_filter = (QueueFilter, "status", "level", "method")
    list_select_related = ("user", "claimed_by", "first_approved_by")
    search_fields = ("id__exact", "user__id__exact")
    search_help_text = "A whole id: of the case or the person"
    ordering = (F("submitted_at").asc(nulls_last=True), "id")
    actions_list = ("review_oldest",)

    def has_review_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Who only sees the page, such as an auditor, sees the queue and opens no document."""
        return is_reviewer(operator(request))

    @admin.display(description="person")
    def person(self, case: VerificationCase) -> str:
        """Enough to find it again: who it is stands in the case, for its holder."""
        return f"{case.user.first_name[:1]}{case.user.last_name[:1]} · {short_id(case.user_id)}"

    @admin.display(description="waits", ordering="submitted_at")
    def waits(self, case: VerificationCase) -> str:
        if case.submitted_at is None or case.status not in WAITING:
            return "-"
        return timesince(case.submitted_at, clock.now(), depth=1)

    @admin.display(description="held by")
    def holder(self, case: VerificationCase) -> str:
        if case.claimed_by is None or not case.is_held_at(clock.now()):
            return "-"
        return f"{case.claimed_by} until {case.claimed_until:%H:%M}"

    @admin.display(description="renewal")
    def renewal(self, case: VerificationCase) -> str:
        return "Renewal" if case.is_renewal else "-"

    @admin.display(description="first yes")
    def first_yes(self, case: VerificationCase) -> str:
        return str(case.first_approved_by or "-")

    def get_urls(self) -> list[URLPattern]:
        base = "verification_verificationcase"
        wrap = self.admin_site.admin_view
        return [
            path(
                "<uuid:case_id>/documents/<uuid:document_id>/<int:page>/",
                wrap(self.document_view),
                name=f"{base}_document",
            ),
            path(
                "<uuid:case_id>/do/<slug:name>/",
                wrap(require_POST(self.do_view)),
                name=f"{base}_do",
            ),
            *super().get_urls(),
        ]

    @action(description="Review the oldest", url_path="oldest", permissions=["review"])  # type: ignore[untyped-decorator]
    def review_oldest(self, request: HttpRequest) -> HttpResponse:
        """Claim the one that has waited longest, of those that are free and not one's own."""
        actor, now = operator(request), clock.database_now()
        for case in QUEUE.order_by("submitted_at", "id").exclude(claimed_until__gt=now)[:TRIES]:
            try:
                services.claim_case(case_id=case.id, actor=actor)
            except DomainError:
                # Another reviewer was quicker, or it is not this one's to judge.
                continue
            return redirect(CASE, case.id)
        messages.info(request, "Nothing waits that you could review.")
        return redirect(QUEUE_PATH)

    @asks_again
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, _review(request, object_id))

    def _page(
        self,
        request: HttpRequest,
        review: Review,
        form: forms.Form | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        case = review.case
        # The one that was filled in wrongly comes back with what is wrong.
        chosen = {
            name: form if form is not None and type(form) is kind else kind()
            for name, kind in FORMS.items()
        }
        context = {
            **self.admin_site.each_context(request),
            "title": f"Verification {case.get_level_display()}",
            "review": review,
            "case": case,
            "forms": chosen,
            "open_form": next((n for n, f in chosen.items() if f is form), ""),
            "can_claim": self.has_review_permission(request)
            and case.is_waiting_for_people
            and (review.is_mine or not review.is_held)
            and request.user.pk not in {case.user_id, case.first_approved_by_id},
            "is_approved": case.status == CaseStatus.APPROVED
            and self.has_review_permission(request),
            "queue": QUEUE_PATH,
            "opts": self.model._meta,
        }
        answer = TemplateResponse(request, "admin/verification/review.html", context, status=status)
        answer["Cache-Control"] = "no-store"
        return answer

    @asks_again
    def document_view(
        self, request: HttpRequest, case_id: UUID, document_id: UUID, page: int
    ) -> HttpResponse:
        if not self.has_review_permission(request):
            raise PermissionDenied
        try:
            shown = services.view_document(
                document_id=document_id, page=page, actor=operator(request)
            )
        except NotFound:
            raise Http404 from None
        except DomainError:
            raise PermissionDenied from None
        except (Undecipherable, FileNotFoundError):
            return HttpResponse(status=HTTPStatus.INTERNAL_SERVER_ERROR, headers=UNSEEN)
        return HttpResponse(shown.content, content_type=shown.media_type, headers=UNSEEN)

    def do_view(self, request: HttpRequest, case_id: UUID, name: str) -> HttpResponse:
        if not self.has_review_permission(request):
            raise PermissionDenied
        if not is_fresh(request.session):
            return ask_again(reverse(CASE, args=[case_id]))
        form: forms.Form | None = None
        given: dict[str, Any] = {}
        if name in FORMS:
            form = FORMS[name](request.POST)
            if not form.is_valid():
                return self._page(
                    request, _review(request, case_id), form, HTTPStatus.UNPROCESSABLE_ENTITY
                )
            given = form.cleaned_data
        run, done, stays = _commands(name)
        try:
            run(case_id=case_id, actor=operator(request), **given)
        except NotFound:
            raise Http404 from None
        except DomainError as refusal:
            messages.error(request, refusal.detail)
            return redirect(CASE, case_id)
        messages.success(request, done)
        return redirect(CASE, case_id) if stays else redirect(QUEUE_PATH)


def _review(request: HttpRequest, case_id: UUID | str) -> Review:
    try:
        return get_review(case_id=UUID(str(case_id)), actor=operator(request))
    except (NotFound, ValueError):
        raise Http404 from None


def _commands(name: str) -> tuple[Callable[..., Any], str, bool]:
    """The command, what is said afterwards, and whether the reviewer stays with the case."""
    commands: dict[str, tuple[Callable[..., Any], str, bool]] = {
        "claim": (services.claim_case, "The case is yours for half an hour.", True),
        "release": (services.release_case, "The case is in the queue again.", False),
        "approve": (services.approve_case, "Your yes is kept.", False),
        "reject": (services.reject_case, "Refused; the person is told why.", False),
        "more": (services.ask_for_more, "The person is asked for it.", False),
        "note": (services.add_note, "The note is kept.", True),
        "revoke": (services.revoke_verification, "The approval was taken back.", True),
    }
    if name not in commands:
        raise Http404
    return commands[name]


@admin.register(VerificationPolicy)
class VerificationPolicyAdmin(AuditedAdmin):
    """An edit binds later approvals only: each took its end with it."""

    is_dangerous = True
    list_display = ("level", "valid_days", "remind_days", "keep_days", "updated_at")
    ordering = ("level",)
    readonly_fields = ("updated_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.updated_at = clock.now()
        super().save_model(request, obj, form, change)


register_queue(Queue("Verifications to review", QUEUE.count, QUEUE_PATH))
