from marketplace.logistics.repositories.shipments import ShipmentRepository
from marketplace.logistics.repositories.shipping_methods import ShippingMethodRepository

__all__ = ["ShipmentRepository", "ShippingMethodRepository"]
