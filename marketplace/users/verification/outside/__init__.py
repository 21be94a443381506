"""Outside services that can verify instead of our reviewers: chosen by settings, one strategy each.

``VERIFICATION_SERVICE`` names one of :data:`KNOWN`; empty: people verify everything.
"""

from collections.abc import Callable, Mapping

from django.conf import settings

from marketplace.users.verification.errors import ServiceNotOffered
from marketplace.users.verification.outside.protocol import (
    Outcome,
    Session,
    StartRequest,
    Unreachable,
    Verdict,
    VerificationService,
)
from marketplace.users.verification.outside.sandbox import SandboxService
from marketplace.users.verification.policies import BY_TWO_PEOPLE

__all__ = [
    "Outcome",
    "Session",
    "StartRequest",
    "Unreachable",
    "Verdict",
    "VerificationService",
    "offered_services",
    "service_for",
    "service_named",
]

KNOWN: Mapping[str, Callable[[], VerificationService]] = {"sandbox": SandboxService}


def offered_services() -> tuple[VerificationService, ...]:
    name = settings.VERIFICATION_SERVICE
    return (KNOWN[name](),) if name else ()


def service_for(level: str) -> VerificationService:
    """Who verifies this level; raises ServiceNotOffered, also where two people have to."""
    for service in offered_services():
        if level in service.levels - BY_TWO_PEOPLE:
            return service
    raise ServiceNotOffered(f"{level} is verified by our reviewers: hand in documents.")


def service_named(name: str) -> VerificationService:
    """Also one that is offered no longer, while its last checks end; raises ServiceNotOffered."""
    if name not in KNOWN or (not settings.VERIFICATION_SERVICE and name == "sandbox"):
        raise ServiceNotOffered
    return KNOWN[name]()
