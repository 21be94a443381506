"""What is kept of a sign-in between its requests: opened, resumed, saved and ended (ADR 0067)."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F

from marketplace.core import clock
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.ids import new_id
from marketplace.users.errors import FlowRefused
from marketplace.users.models import MAX_FLOW_ATTEMPTS, SignInFlow

TOKEN_BYTES = 32
_STATE = SignInFlow._meta.get_field("state")


@dataclass(slots=True)
class OpenFlow:
    """A flow that somebody with its token is going on with."""

    id: UUID
    token: str
    state: dict[str, Any]
    version: int
    expires_in_seconds: int


@opens_transaction
def open_flow(state: dict[str, Any]) -> OpenFlow:
    """Keep ``state`` (JSON values) for at most ten minutes; only the flow's token finds it."""
    return create_flow(state)


@needs_transaction
def create_flow(state: dict[str, Any]) -> OpenFlow:
    """`open_flow` as a part of something larger."""
    flow_id, token = new_id(), secrets.token_urlsafe(TOKEN_BYTES)
    now = clock.database_now()
    life_seconds: int = settings.SIGN_IN_FLOW_LIFE_SECONDS
    SignInFlow.objects.create(
        id=flow_id,
        token_hash=_hash(token),
        state=_seal(flow_id, state),
        created_at=now,
        expires_at=now + timedelta(seconds=life_seconds),
    )
    return OpenFlow(flow_id, token, state, 0, life_seconds)


@opens_transaction
def resume_flow(token: str, *, is_attempt: bool = True) -> OpenFlow:
    """The flow of this token, with one attempt counted before anything is compared.

    The attempt is committed first: neither parallel requests nor a crash give one back.

    Errors: FlowRefused (unknown, over, expired, or answered too often).
    """
    now = clock.database_now()
    live = SignInFlow.objects.filter(
        token_hash=_hash(token),
        ended_at__isnull=True,
        expires_at__gt=now,
        attempts__lt=MAX_FLOW_ATTEMPTS,
    )
    if is_attempt:
        # One statement: two at once wait for each other, and the second sees what the first wrote.
        if not live.update(attempts=F("attempts") + 1):
            raise FlowRefused
        live = SignInFlow.objects.filter(token_hash=_hash(token))
    row = live.first()
    if row is None:
        raise FlowRefused
    left = int((row.expires_at - now).total_seconds())
    return OpenFlow(row.pk, token, _open(row), row.version, max(left, 1))


@opens_transaction
def save_flow(flow: OpenFlow, state: dict[str, Any]) -> bool:
    """Replace what the flow keeps; False when another request did so since ``flow`` was read."""
    changed = SignInFlow.objects.filter(
        pk=flow.id, version=flow.version, ended_at__isnull=True
    ).update(state=_seal(flow.id, state), version=F("version") + 1)
    return bool(changed)


@needs_transaction
def end_flow(flow_id: UUID) -> None:
    """Close the flow for good, in the transaction that begins the sign-in it led to.

    Errors: FlowRefused, when it led to one already.
    """
    ended = SignInFlow.objects.filter(pk=flow_id, ended_at__isnull=True).update(
        ended_at=clock.now(), state=b""
    )
    if not ended:
        raise FlowRefused


def _hash(token: str) -> bytes:
    # The token is random in all its 256 bits, so a plain hash cannot be searched backwards.
    return hashlib.sha256(token.encode()).digest()


def _seal(flow_id: UUID, state: dict[str, Any]) -> bytes:
    return _STATE.seal(json.dumps(state, cls=DjangoJSONEncoder), row_id=flow_id)


def _open(row: SignInFlow) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(_STATE.unseal(bytes(row.state), row_id=row.pk))
    return state
