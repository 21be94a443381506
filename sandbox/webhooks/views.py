"""GET /v1/events and POST /v1/events/{id}/redeliver: what was sent, and send it again."""

from typing import Any

import orjson
from django.http import HttpRequest
from django.utils import timezone

from sandbox.api.errors import invalid, not_found
from sandbox.api.http import Answer, endpoint
from sandbox.api.paging import list_answer
from sandbox.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEvent


def _render(event: WebhookEvent) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(event.body)
    return body


def _list(request: HttpRequest) -> Answer:
    return list_answer(request, WebhookEvent.objects.all(), _render)


def _detail(event: WebhookEvent) -> dict[str, Any]:
    deliveries = list(event.deliveries.order_by("id"))
    attempts = WebhookAttempt.objects.filter(delivery_id__in=[row.id for row in deliveries])
    tried: dict[int, list[dict[str, Any]]] = {}
    for attempt in attempts.order_by("number"):
        tried.setdefault(attempt.delivery_id, []).append(
            {
                "number": attempt.number,
                "started_at": attempt.started_at,
                "finished_at": attempt.finished_at,
                "response_status": attempt.response_status,
                "error": attempt.error or None,
            }
        )
    return {
        **_render(event),
        "deliveries": [
            {
                "id": row.id,
                "status": row.status,
                "next_attempt_at": row.next_attempt_at if row.status == "pending" else None,
                "delivered_at": row.delivered_at,
                "attempts": tried.get(row.id, []),
            }
            for row in deliveries
        ],
    }


def _find(event_id: str) -> WebhookEvent:
    event = WebhookEvent.objects.filter(pk=event_id).first()
    if event is None:
        raise not_found("event")
    return event


def _get(_request: HttpRequest, event_id: str) -> Answer:
    return Answer(_detail(_find(event_id)))


def _redeliver(body: dict[str, Any], event_id: str) -> Answer:
    if body:
        raise invalid("parameter_unknown", "Redelivering takes no parameters.", next(iter(body)))
    event = _find(event_id)
    WebhookDelivery.objects.create(
        event=event,
        channel=event.channel,
        status=WebhookDelivery.Status.PENDING,
        next_attempt_at=timezone.now(),
    )
    return Answer(_detail(event), 202)


collection = endpoint(get=_list)
item = endpoint(get=_get)
redeliver = endpoint(post=_redeliver)
