from marketplace.core.apps import ServiceConfig


class LogisticsConfig(ServiceConfig):
    name = "marketplace.logistics"
    label = "logistics"
