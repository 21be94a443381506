"""``/dev/outbox/``: letters and texts that would have been sent. On a developer's machine only."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.notifications.models import OutboundEmail, OutboundSms

SHOWN = 100
LINK = re.compile(r"https?://\S+")
CODE = re.compile(r"\b\d{6}(?:\d\d)?\b")
KEY = re.compile(r"the key alone: (\S+)")

View = Callable[[HttpRequest], HttpResponse]


def local_only(view: View) -> View:
    """As if the page did not exist, unless ``DEV_OUTBOX`` is on (``settings.local``)."""

    @wraps(view)
    def run(request: HttpRequest) -> HttpResponse:
        if not settings.DEV_OUTBOX:
            raise Http404
        return view(request)

    return run


@local_only
@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The latest letters, newest first; ``?to=`` picks one reader."""
    context = {"letters": _letters(request), "to": request.GET.get("to", "")}
    return render(request, "notifications/outbox.html", context)


@local_only
@require_safe
@never_cache
def messages(request: HttpRequest) -> JsonResponse:
    """The same for scripts: subject, text, links and the key of each letter."""
    return JsonResponse({"messages": _letters(request)})


def _letters(request: HttpRequest) -> list[dict[str, Any]]:
    emails = OutboundEmail.objects.order_by("-id")
    texts = OutboundSms.objects.order_by("-id")
    if to := request.GET.get("to", "").strip().lower():
        # A plus sign in an address line arrives as a space.
        emails, texts = emails.filter(to=to), texts.filter(to=f"+{to.lstrip('+')}")
    rows = [_letter(email) for email in emails[:SHOWN]] + [_text(sms) for sms in texts[:SHOWN]]
    # Ids are in order of time.
    return sorted(rows, key=lambda row: str(row["id"]), reverse=True)[:SHOWN]


def _text(sms: OutboundSms) -> dict[str, Any]:
    code = CODE.search(sms.text)
    return {
        "id": str(sms.pk),
        "to": sms.to,
        "subject": "Text message",
        "text": sms.text,
        "links": [],
        "key": code.group(0) if code else None,
        "state": sms.state,
        "created_at": sms.created_at.isoformat(),
        "sent_at": sms.sent_at.isoformat() if sms.sent_at else None,
    }


def _letter(email: OutboundEmail) -> dict[str, Any]:
    key = KEY.search(email.text)
    return {
        "id": str(email.pk),
        "to": email.to,
        "subject": email.subject,
        "text": email.text,
        "links": LINK.findall(email.text),
        "key": key.group(1) if key else None,
        "state": email.state,
        "created_at": email.created_at.isoformat(),
        "sent_at": email.sent_at.isoformat() if email.sent_at else None,
    }
