from marketplace.core.apps import ServiceConfig


class UsersConfig(ServiceConfig):
    name = "marketplace.users"
    label = "users"
