from django.conf import settings

from marketplace.core.apps import ServiceConfig


class NotificationsConfig(ServiceConfig):
    name = "marketplace.notifications"
    label = "notifications"

    def ready(self) -> None:
        super().ready()
        # Imported here: it has models.
        from marketplace.notifications.sms import provider_from

        # An address that leads nowhere is noticed at the start, not with the first text.
        provider_from(settings.SMS_URL)
