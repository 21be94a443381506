from marketplace.core.apps import ServiceConfig


class MessagingConfig(ServiceConfig):
    name = "marketplace.messaging"
    label = "messaging"
