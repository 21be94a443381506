"""Django's mail door, leading into the database instead of out of the house."""

from collections.abc import Iterator, Sequence

import structlog
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from marketplace.notifications.models import OutboundEmail

MAX_SUBJECT_LENGTH = 200

log = structlog.get_logger(__name__)


class AttachmentsUnsupported(ValueError):
    """The queue keeps words only."""


UNDELIVERABLE = ".invalid"
"""Nobody has an address there (RFC 2606): accounts by telephone, and people who were erased, keep
one as a placeholder."""


class QueueBackend(BaseEmailBackend):
    """``EMAIL_BACKEND``: a letter is queued by the caller's transaction, and only by its commit.

    ``notifications.send_email`` delivers it a moment later. One row per recipient, so that nobody
    sees who else was written to.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        rows = [row for message in email_messages for row in _rows(message)]
        OutboundEmail.objects.bulk_create(rows)
        return len(email_messages)


class KeepBackend(BaseEmailBackend):
    """Delivery where there is no provider: the letter stays in the outbox and on its page."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        log.info("email_kept", count=len(email_messages))
        return len(email_messages)


def _rows(message: EmailMessage) -> Iterator[OutboundEmail]:
    if message.attachments:
        raise AttachmentsUnsupported(message.subject)
    html = ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(a[0]) for a in message.alternatives if a[1] == "text/html"), "")
    for address in message.recipients():
        if address.lower().endswith(UNDELIVERABLE):
            continue
        yield OutboundEmail(
            to=address.lower(),
            from_email=message.from_email,
            # A line break in a subject would start another header.
            subject=" ".join(str(message.subject).split())[:MAX_SUBJECT_LENGTH],
            text=str(message.body),
            html=html,
        )
