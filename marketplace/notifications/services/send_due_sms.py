from marketplace.notifications.models import OutboundSms
from marketplace.notifications.services._queue import NotDelivered, Outgoing, send_due
from marketplace.notifications.sms import SmsNotSent, SmsRefused, provider


def send_due_sms() -> int:
    """Deliver one batch of due text messages; returns how many were tried.

    Five tries within five minutes: a code is good for ten, and one that comes later only confuses.
    """
    return send_due(TEXTS)


def _deliver(message: OutboundSms) -> NotDelivered | None:
    try:
        provider().send(to=message.to, text=message.text)
    except SmsNotSent as error:
        return NotDelivered(str(error), is_final=isinstance(error, SmsRefused))
    return None


TEXTS = Outgoing(
    name="sms",
    rows=OutboundSms.objects.all,
    deliver=_deliver,
    words=("text",),
    backoff_seconds=(5, 15, 60, 180),
    # Twenty messages of at most ten seconds each.
    lease_seconds=300,
)
