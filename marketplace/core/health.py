"""What readiness looks at: every service registers its own checks."""

from collections.abc import Callable, Mapping

ReadinessCheck = Callable[[], str]
"""Returns "" when all is well, else one sentence that says what is wrong."""

_checks: dict[str, ReadinessCheck] = {}


def register_readiness(name: str, check: ReadinessCheck) -> None:
    if name in _checks:
        raise ValueError(f"readiness check {name} is registered twice")
    _checks[name] = check


def readiness_checks() -> Mapping[str, ReadinessCheck]:
    return _checks
