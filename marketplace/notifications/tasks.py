"""Jobs of the notification service."""

from marketplace.core.jobs import periodic
from marketplace.notifications import services


@periodic(name="notifications.send_email", every_seconds=1)
def send_email() -> int:
    return services.send_due_emails()


@periodic(name="notifications.purge_email", every_seconds=3600)
def purge_email() -> int:
    return services.purge_emails()
