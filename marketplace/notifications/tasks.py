"""Jobs of the notification service."""

from django.conf import settings

from marketplace.core.jobs import periodic
from marketplace.core.retention import RetentionRule, register_retention
from marketplace.notifications import services


@periodic(name="notifications.send_email", every_seconds=1)
def send_email() -> int:
    return services.send_due_emails()


@periodic(name="notifications.send_sms", every_seconds=1)
def send_sms() -> int:
    return services.send_due_sms()


register_retention(
    RetentionRule(
        name="notifications.letters",
        title="Letters that left or were given up",
        days=settings.EMAIL_KEEP_DAYS,
        reason="To answer whether a letter left, and where it went.",
        sweep=services.purge_emails,
    )
)
register_retention(
    RetentionRule(
        name="notifications.texts",
        title="Text messages that left or were given up",
        days=settings.EMAIL_KEEP_DAYS,
        reason="To answer whether a code left, and where it went.",
        sweep=services.purge_sms,
    )
)
