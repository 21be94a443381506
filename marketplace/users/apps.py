from marketplace.core.apps import ServiceConfig


class UsersConfig(ServiceConfig):
    name = "marketplace.users"
    label = "users"
    # The last one seals what allauth stores of second factors.
    wiring = (*ServiceConfig.wiring, "sealed_factors")

    def ready(self) -> None:
        super().ready()
        # Imported here: it reads settings that are not there before.
        from marketplace.users.limits import install

        install()
