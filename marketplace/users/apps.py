from marketplace.core.apps import ServiceConfig


class UsersConfig(ServiceConfig):
    name = "marketplace.users"
    label = "users"

    def ready(self) -> None:
        super().ready()
        # Imported here: it reads settings that are not there before.
        from marketplace.users.limits import install

        install()
