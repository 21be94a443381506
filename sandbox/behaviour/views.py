"""POST, GET and DELETE /v1/behaviour."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from sandbox.api.errors import invalid, not_found
from sandbox.api.fields import Fields
from sandbox.api.http import Answer, endpoint
from sandbox.api.paging import check_parameters
from sandbox.behaviour.models import Behaviour
from sandbox.behaviour.orders import ACTIONS
from sandbox.ids import new_id

MAX_API_WAIT_SECONDS = 60
MAX_DELAY_SECONDS = 3 * 24 * 60 * 60


def _render(row: Behaviour) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "action": row.action,
        "reference_prefix": row.reference_prefix,
        "next": row.remaining,
        "delay_seconds": row.delay_seconds,
        "copies": row.copies,
        "code": row.code,
        "created_at": row.created_at,
    }


def _create(body: dict[str, Any]) -> Answer:
    fields = Fields(body)
    kind = fields.choice("kind", frozenset(ACTIONS))
    action = fields.choice("action", ACTIONS[kind])
    waits = action in {"slow", "timeout"}
    row = Behaviour(
        id=new_id("beh"),
        kind=kind,
        action=action,
        reference_prefix=fields.text("reference_prefix", longest=100, required=False),
        remaining=fields.integer("next", low=1, high=100_000, required=False),
        delay_seconds=fields.seconds(
            "delay_seconds", high=MAX_API_WAIT_SECONDS if waits else MAX_DELAY_SECONDS
        ),
        copies=fields.integer("copies", low=2, high=20, required=False) or 2,
        code=fields.text("code", longest=60, required=False),
    )
    fields.finish()
    if row.code and action not in {"decline", "fail", "return"}:
        raise invalid("parameter_invalid", f"code means nothing for {action}.", "code")
    row.save(force_insert=True)
    return Answer(_render(row), 201)


def _list(request: HttpRequest) -> Answer:
    check_parameters(request)
    active = Behaviour.objects.filter(Q(remaining__isnull=True) | Q(remaining__gt=0))
    return Answer({"data": [_render(row) for row in active.order_by("id")[:1000]]})


def _clear(request: HttpRequest) -> Answer:
    check_parameters(request, "reference_prefix")
    rows = Behaviour.objects.all()
    if "reference_prefix" in request.GET:
        rows = rows.filter(reference_prefix=request.GET["reference_prefix"])
    deleted, _ = rows.delete()
    return Answer({"deleted": deleted})


def _delete(_request: HttpRequest, behaviour_id: str) -> Answer:
    deleted, _ = Behaviour.objects.filter(pk=behaviour_id).delete()
    if not deleted:
        raise not_found("behaviour")
    return Answer({"deleted": deleted})


collection = endpoint(get=_list, post=_create, delete=_clear)
item = endpoint(delete=_delete)
