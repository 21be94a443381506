from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.notifications.models import OutboundSms, SmsState
from marketplace.notifications.sms import SmsNotSent, SmsProvider, SmsRefused, provider

BATCH_SIZE = 20
BACKOFF_SECONDS = (5, 15, 60, 180)
"""Four more tries: a code is good for ten minutes, and one that comes later only confuses."""
LEASE_SECONDS = 300
"""Longer than a batch can take: twenty messages of at most ten seconds each."""

log = structlog.get_logger(__name__)


def send_due_sms() -> int:
    """Deliver one batch of due text messages; returns how many were tried.

    A message is taken by one worker at a time and sent outside any transaction. A worker that dies
    between the provider's yes and ours lets it be sent twice: rather two codes than none.
    """
    if not _due().exists():
        return 0
    way_out = provider()
    messages = _take_batch()
    for message in messages:
        error = _deliver(way_out, message)
        if error is None:
            _mark_sent(message.pk)
        else:
            _postpone(message, error)
    return len(messages)


def _due() -> QuerySet[OutboundSms]:
    return OutboundSms.objects.filter(
        state=SmsState.QUEUED, next_attempt_at__lte=clock.database_moment()
    )


@opens_transaction
def _take_batch() -> list[OutboundSms]:
    now = clock.database_now()
    # SKIP LOCKED: workers share the queue. The lease set here, not the lock, keeps others away
    # while the provider is called.
    messages = list(
        _due().select_for_update(skip_locked=True).order_by("next_attempt_at")[:BATCH_SIZE]
    )
    for message in messages:
        message.attempts += 1
        message.next_attempt_at = now + timedelta(seconds=LEASE_SECONDS)
    OutboundSms.objects.bulk_update(messages, ["attempts", "next_attempt_at"])
    return messages


def _deliver(way_out: SmsProvider, message: OutboundSms) -> SmsNotSent | None:
    try:
        way_out.send(to=message.to, text=message.text)
    except SmsNotSent as error:
        return error
    return None


@opens_transaction
def _mark_sent(message_id: UUID) -> None:
    # Only while queued: a worker that was thought dead changes nothing afterwards.
    OutboundSms.objects.filter(pk=message_id, state=SmsState.QUEUED).update(
        state=SmsState.SENT, sent_at=clock.now(), last_error="", **_wiped()
    )


@opens_transaction
def _postpone(message: OutboundSms, error: SmsNotSent) -> None:
    gives_up = isinstance(error, SmsRefused) or message.attempts > len(BACKOFF_SECONDS)
    changes: dict[str, object] = {"last_error": str(error)[:200]}
    if gives_up:
        changes |= {"state": SmsState.FAILED, **_wiped()}
    else:
        pause = BACKOFF_SECONDS[message.attempts - 1]
        changes["next_attempt_at"] = clock.database_now() + timedelta(seconds=pause)
    OutboundSms.objects.filter(pk=message.pk, state=SmsState.QUEUED).update(**changes)
    log.error(
        "sms_not_sent",
        sms_id=str(message.pk),
        attempts=message.attempts,
        gives_up=gives_up,
        error=str(error),
    )


def _wiped() -> dict[str, str]:
    """What to overwrite when a message has left: its words hold a one-time code."""
    return {} if settings.EMAIL_KEEP_BODIES else {"text": ""}
