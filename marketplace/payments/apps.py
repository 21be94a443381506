from marketplace.core.apps import ServiceConfig


class PaymentsConfig(ServiceConfig):
    name = "marketplace.payments"
    label = "payments"
    wiring = (*ServiceConfig.wiring, "step_ups")
