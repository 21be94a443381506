from marketplace.core.apps import ServiceConfig


class ProductsConfig(ServiceConfig):
    name = "marketplace.products"
    label = "products"
    wiring = (*ServiceConfig.wiring, "directory")
