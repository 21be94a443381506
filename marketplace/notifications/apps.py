from marketplace.core.apps import ServiceConfig


class NotificationsConfig(ServiceConfig):
    name = "marketplace.notifications"
    label = "notifications"
