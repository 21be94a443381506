"""The application base class of every service and the core application itself."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_migrate

from marketplace.core.migration_safety import lift_lock_limit, limit_lock_waits


class ServiceConfig(AppConfig):
    """A service: imports its published facts, reactions and jobs when Django is ready."""

    default_auto_field = "django.db.models.BigAutoField"
    # A service's module holds this imported class beside its own. Where Django finds two and none
    # is marked, it takes a bare AppConfig, and nothing below would ever run.
    default = False
    wiring: tuple[str, ...] = ("events", "handlers", "tasks", "privacy")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.default = True

    def ready(self) -> None:
        for module in self.wiring:
            name = f"{self.name}.{module}"
            if find_spec(name) is not None:
                import_module(name)


def last_migrated() -> AppConfig:
    """Whose ``post_migrate`` ends a migrate: it is sent in order, for applications with models."""
    *_, last = (config for config in apps.get_app_configs() if config.models_module)
    return last


class CoreConfig(ServiceConfig):
    name = "marketplace.core"
    label = "core"
    wiring = ("tasks", "privacy.plumbing")

    def ready(self) -> None:
        super().ready()
        from marketplace.core.desk import begin  # Its sessions need the applications.

        user_logged_in.connect(begin, dispatch_uid="core.desk")
        pre_migrate.connect(limit_lock_waits, sender=self)
        post_migrate.connect(lift_lock_limit, sender=last_migrated())
