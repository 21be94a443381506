"""Commands of the notification service."""

from marketplace.notifications.services.purge_emails import purge_emails
from marketplace.notifications.services.send_due_emails import send_due_emails

__all__ = ["purge_emails", "send_due_emails"]
