"""The developer's page and the health check."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import Error, connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from sandbox.api.http import json_response
from sandbox.behaviour.models import Behaviour
from sandbox.carrier.models import Shipment
from sandbox.pages.html import page
from sandbox.pages.money import format_amount
from sandbox.provider.models import Balance, Payment, Payout, Refund
from sandbox.webhooks.models import WebhookAttempt, WebhookDelivery

ROWS = 15
_GOOD = {"succeeded", "paid", "delivered"}
_BAD = {"declined", "cancelled", "failed", "returned", "abandoned", "withheld"}


def health(_request: HttpRequest) -> HttpResponse:
    """200 while the database answers and is migrated."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_position FROM provider_book")
            migrated = cursor.fetchone() is not None
    except Error:
        migrated = False
    return json_response(200 if migrated else 503, {"status": "ok" if migrated else "down"})


def home(request: HttpRequest) -> HttpResponse:
    """What happened lately."""
    try:
        request.get_host()
    except DisallowedHost:
        return HttpResponse("Unknown host.", status=400, content_type="text/plain")
    active = Q(remaining__isnull=True) | Q(remaining__gt=0)
    return page(
        "home.html",
        {
            "title": "Sandbox provider",
            "merchant": settings.SANDBOX.merchant_name,
            "webhook_url": settings.SANDBOX.webhook_url,
            "balances": [
                {
                    "currency": row.currency,
                    "amount": format_amount(row.amount_minor, row.currency),
                    "available": format_amount(row.amount_minor - row.reserved_minor, row.currency),
                }
                for row in Balance.objects.order_by("currency")[:8]
            ],
            "waiting": WebhookDelivery.objects.filter(status="pending").count(),
            "behaviours": Behaviour.objects.filter(active).count(),
            "tables": [
                _table("Payments", "Reference", "About", _payments()),
                _table("Refunds", "Reference", "About", _refunds()),
                _table("Payouts", "Reference", "To", _payouts()),
                _table("Shipments", "Tracking number", "Reference", _shipments()),
                _table("Webhooks", "Event", "Attempts", _webhooks()),
            ],
        },
    )


def _table(title: str, name: str, last: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    amount = ["Amount"] if title in {"Payments", "Refunds", "Payouts"} else []
    return {"title": title, "heads": ["Time (UTC)", name, *amount, "Status", last], "rows": rows}


def _time(moment: datetime) -> str:
    return moment.strftime("%d %b %H:%M:%S")


def _tone(status: str) -> str:
    return "good" if status in _GOOD else "bad" if status in _BAD else "wait"


def _row(row: Payment | Refund | Payout, detail: str, href: str = "") -> dict[str, Any]:
    return {
        "at": _time(row.created_at),
        "name": row.reference,
        "note": row.id,
        "href": href,
        "amount": format_amount(row.amount_minor, row.currency),
        "status": row.status,
        "tone": _tone(row.status),
        "detail": detail,
    }


def _payments() -> list[dict[str, Any]]:
    rows = Payment.objects.order_by("-pk")[:ROWS]
    return [_row(row, row.failure_code or row.description, f"/pay/{row.id}") for row in rows]


def _refunds() -> list[dict[str, Any]]:
    rows = Refund.objects.order_by("-pk")[:ROWS]
    return [
        _row(row, row.failure_code if row.status == "failed" else f"of {row.payment_id}")
        for row in rows
    ]


def _payouts() -> list[dict[str, Any]]:
    return [
        _row(row, f"{row.destination['account_holder']}, …{row.destination['last4']}")
        for row in Payout.objects.order_by("-pk")[:ROWS]
    ]


def _shipments() -> list[dict[str, Any]]:
    return [
        {
            "at": _time(row.created_at),
            "name": row.tracking_number,
            "status": row.status,
            "tone": _tone(row.status),
            "detail": row.reference,
        }
        for row in Shipment.objects.order_by("-pk")[:ROWS]
    ]


def _webhooks() -> list[dict[str, Any]]:
    rows = list(WebhookDelivery.objects.select_related("event").order_by("-pk")[: 2 * ROWS])
    attempts: dict[int, list[str]] = {}
    found = WebhookAttempt.objects.filter(delivery_id__in=[row.id for row in rows])
    for attempt in found.order_by("-number")[:500]:
        outcome = attempt.error or f"HTTP {attempt.response_status}"
        if attempt.response_status and attempt.error:
            outcome = f"HTTP {attempt.response_status}: {attempt.error[:80]}"
        if attempt.finished_at is None:
            outcome = "under way, or interrupted"
        line = f"{_time(attempt.started_at)}: {outcome}"
        attempts.setdefault(attempt.delivery_id, []).insert(0, line)
    return [
        {
            "at": _time(row.event.created_at),
            "name": row.event.type,
            "note": row.event.reference,
            "status": row.status,
            "tone": _tone(row.status),
            "detail": f"{row.attempts} attempt{'' if row.attempts == 1 else 's'}",
            "attempts": attempts.get(row.id),
        }
        for row in rows
    ]
