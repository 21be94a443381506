from django.db.models.signals import post_migrate

from marketplace.core.apps import ServiceConfig, last_migrated


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

        # Imported here: models exist only now.
        from marketplace.users.staff_roles import seed_staff_roles

        # Permissions are complete when the last application was migrated.
        post_migrate.connect(seed_staff_roles, sender=last_migrated())
