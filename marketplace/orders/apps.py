from marketplace.core.apps import ServiceConfig


class OrdersConfig(ServiceConfig):
    name = "marketplace.orders"
    label = "orders"
