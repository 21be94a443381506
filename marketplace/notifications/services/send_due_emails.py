from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import QuerySet

from marketplace.core import clock
from marketplace.core.db import forbid_transaction, opens_transaction
from marketplace.notifications.models import EmailState, OutboundEmail

BATCH_SIZE = 20
MAX_ATTEMPTS = 8
BACKOFF_SECONDS = (30, 120, 600, 1800, 7200, 21600, 43200)
LEASE_SECONDS = 600
"""Longer than a batch can take: twenty letters of at most twenty seconds each."""

log = structlog.get_logger(__name__)


def send_due_emails() -> int:
    """Deliver one batch of due letters; returns how many were tried.

    A letter is taken by one worker at a time and sent outside any transaction. A worker that dies
    between the provider's yes and ours lets it be sent twice: rather two letters than none.
    """
    if not _due().exists():
        return 0
    emails = _take_batch()
    for email in emails:
        error = _deliver(email)
        if error is None:
            _mark_sent(email.pk)
        else:
            _postpone(email, error)
    return len(emails)


def _due() -> QuerySet[OutboundEmail]:
    return OutboundEmail.objects.filter(
        state=EmailState.QUEUED, next_attempt_at__lte=clock.database_moment()
    )


@opens_transaction
def _take_batch() -> list[OutboundEmail]:
    now = clock.database_now()
    # SKIP LOCKED: workers share the queue without waiting for each other. The lease set here, not
    # the lock, keeps others away while the provider is called.
    emails = list(
        _due().select_for_update(skip_locked=True).order_by("next_attempt_at")[:BATCH_SIZE]
    )
    for email in emails:
        email.attempts += 1
        email.next_attempt_at = now + timedelta(seconds=LEASE_SECONDS)
    OutboundEmail.objects.bulk_update(emails, ["attempts", "next_attempt_at"])
    return emails


def _deliver(email: OutboundEmail) -> Exception | None:
    forbid_transaction("sending an email")
    message = EmailMultiAlternatives(email.subject, email.text, email.from_email, [email.to])
    if email.html:
        message.attach_alternative(email.html, "text/html")
    try:
        connection = get_connection(settings.EMAIL_DELIVERY_BACKEND, timeout=20)
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001  # whatever a provider's library raises: try later
        return error
    return None


@opens_transaction
def _mark_sent(email_id: UUID) -> None:
    # Only while queued: a worker that was thought dead changes nothing afterwards.
    OutboundEmail.objects.filter(pk=email_id, state=EmailState.QUEUED).update(
        state=EmailState.SENT, sent_at=clock.now(), last_error="", **_wiped()
    )


@opens_transaction
def _postpone(email: OutboundEmail, error: Exception) -> None:
    # The error's type alone: providers repeat the address and the letter in their messages.
    reason = f"{type(error).__module__}.{type(error).__qualname__}"[:500]
    gives_up = email.attempts >= MAX_ATTEMPTS
    changes: dict[str, object] = {"last_error": reason}
    if gives_up:
        changes |= {"state": EmailState.FAILED, **_wiped()}
    else:
        pause = BACKOFF_SECONDS[min(email.attempts, len(BACKOFF_SECONDS)) - 1]
        changes["next_attempt_at"] = clock.database_now() + timedelta(seconds=pause)
    OutboundEmail.objects.filter(pk=email.pk, state=EmailState.QUEUED).update(**changes)
    log.error(
        "email_not_sent",
        email_id=str(email.pk),
        attempts=email.attempts,
        gives_up=gives_up,
        error=reason,
    )


def _wiped() -> dict[str, str]:
    """What to overwrite when a letter has left: its words may hold a one-time key."""
    wiped: Iterable[str] = () if settings.EMAIL_KEEP_BODIES else ("text", "html")
    return dict.fromkeys(wiped, "")
