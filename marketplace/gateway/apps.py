from marketplace.core.apps import ServiceConfig


class GatewayConfig(ServiceConfig):
    name = "marketplace.gateway"
    label = "gateway"
