from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from marketplace.notifications.models import OutboundEmail
from marketplace.notifications.services._queue import NotDelivered, Outgoing, send_due

PROVIDER_TIMEOUT_SECONDS = 20


def send_due_emails() -> int:
    """Deliver one batch of due letters; returns how many were tried. Eight tries over a day."""
    return send_due(LETTERS)


def _deliver(email: OutboundEmail) -> NotDelivered | None:
    message = EmailMultiAlternatives(email.subject, email.text, email.from_email, [email.to])
    if email.html:
        message.attach_alternative(email.html, "text/html")
    try:
        connection = get_connection(
            settings.EMAIL_DELIVERY_BACKEND, timeout=PROVIDER_TIMEOUT_SECONDS
        )
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001  # whatever a provider's library raises: try later
        # The error's type alone: providers repeat the address and the letter in their messages.
        return NotDelivered(f"{type(error).__module__}.{type(error).__qualname__}")
    return None


LETTERS = Outgoing(
    name="email",
    rows=OutboundEmail.objects.all,
    deliver=_deliver,
    words=("text", "html"),
    backoff_seconds=(30, 120, 600, 1800, 7200, 21600, 43200),
    # Twenty letters of at most twenty seconds each.
    lease_seconds=600,
)
