"""Commands of the notification service."""

from marketplace.notifications.services.purge_emails import purge_emails
from marketplace.notifications.services.purge_sms import purge_sms
from marketplace.notifications.services.send_due_emails import send_due_emails
from marketplace.notifications.services.send_due_sms import send_due_sms

__all__ = ["purge_emails", "purge_sms", "send_due_emails", "send_due_sms"]
