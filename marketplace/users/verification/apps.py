from marketplace.core.apps import ServiceConfig


class VerificationConfig(ServiceConfig):
    """A part of the user service with tables of its own: see ADR 80."""

    name = "marketplace.users.verification"
    label = "verification"
    verbose_name = "Verification"
