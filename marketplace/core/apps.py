"""The application base class of every service and the core application itself."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """A service: imports its published facts, reactions and jobs when Django is ready."""

    default_auto_field = "django.db.models.BigAutoField"
    wiring = ("events", "handlers", "tasks")

    def ready(self) -> None:
        for module in self.wiring:
            name = f"{self.name}.{module}"
            if find_spec(name) is not None:
                import_module(name)


class CoreConfig(ServiceConfig):
    name = "marketplace.core"
    label = "core"
    wiring = ("checks", "tasks")
