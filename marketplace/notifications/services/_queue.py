"""One queue for whatever leaves: claimed under a lease, delivered outside, wiped once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.notifications.models import DeliveryState, OutboundMessage

BATCH_SIZE = 20
Message = TypeVar("Message", bound=OutboundMessage)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """Why a message did not leave: never with its words or its reader."""

    reason: str
    is_final: bool = False
    """It will never leave: trying again is no use."""


@dataclass(frozen=True, slots=True)
class Outgoing(Generic[Message]):
    """One kind of message: how it is delivered, when it is tried again, what is wiped."""

    name: str
    rows: Callable[[], QuerySet[Message]]
    deliver: Callable[[Message], NotDelivered | None]
    """Called outside any transaction, by one worker at a time; None when it was taken."""
    words: Sequence[str]
    backoff_seconds: Sequence[int]
    """A pause after each try but the last."""
    lease_seconds: int
    """Longer than a batch can take."""


def send_due(kind: Outgoing[Message]) -> int:
    """Deliver one batch of what is due; returns how many were tried.

    A message is taken by one worker at a time and sent outside any transaction. A worker that dies
    between the provider's yes and ours lets it be sent twice: rather two than none.
    """
    if not _due(kind).exists():
        return 0
    messages = _take_batch(kind)
    for message in messages:
        forbid_transaction(f"sending {kind.name}")
        failure = kind.deliver(message)
        if failure is None:
            _mark_sent(kind, message.pk)
        else:
            _postpone(kind, message, failure)
    return len(messages)


def _queued(kind: Outgoing[Message]) -> QuerySet[Message]:
    return kind.rows().filter(state=DeliveryState.QUEUED)


def _due(kind: Outgoing[Message]) -> QuerySet[Message]:
    return _queued(kind).filter(next_attempt_at__lte=clock.database_moment())


@opens_transaction
def _take_batch(kind: Outgoing[Message]) -> list[Message]:
    now = clock.database_now()
    # SKIP LOCKED: workers share the queue without waiting for each other. The lease set here, not
    # the lock, keeps others away while the provider is called.
    due = _due(kind).select_for_update(skip_locked=True).order_by("next_attempt_at")
    messages = list(due[:BATCH_SIZE])
    for message in messages:
        message.attempts += 1
        message.next_attempt_at = now + timedelta(seconds=kind.lease_seconds)
    kind.rows().bulk_update(messages, ["attempts", "next_attempt_at"])
    return messages


@opens_transaction
def _mark_sent(kind: Outgoing[Message], message_id: UUID) -> None:
    # Only while queued: a worker that was thought dead changes nothing afterwards.
    _queued(kind).filter(pk=message_id).update(
        state=DeliveryState.SENT, sent_at=clock.now(), last_error="", **_wiped(kind)
    )


@opens_transaction
def _postpone(kind: Outgoing[Message], message: Message, failure: NotDelivered) -> None:
    gives_up = failure.is_final or message.attempts > len(kind.backoff_seconds)
    # The shorter of the two columns.
    changes: dict[str, Any] = {"last_error": failure.reason[:200]}
    if gives_up:
        changes |= {"state": DeliveryState.FAILED, **_wiped(kind)}
    else:
        pause = timedelta(seconds=kind.backoff_seconds[message.attempts - 1])
        changes["next_attempt_at"] = clock.database_now() + pause
    _queued(kind).filter(pk=message.pk).update(**changes)
    log.error(
        "message_not_sent",
        kind=kind.name,
        message_id=str(message.pk),
        attempts=message.attempts,
        gives_up=gives_up,
        error=failure.reason,
    )


def _wiped(kind: Outgoing[Message]) -> dict[str, str]:
    """What to overwrite when a message has left: its words may hold a one-time key."""
    return {} if settings.EMAIL_KEEP_BODIES else dict.fromkeys(kind.words, "")
