"""What can go wrong between an action and its answer."""

from dataclasses import dataclass

DEFAULT_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Fault:
    """How the answer to a request is spoilt; `acts` says whether the request took effect."""

    acts: bool = True
    wait_seconds: float = 0.0
    drops: bool = False
    error_status: int = 0


NO_FAULT = Fault()

# The faults of the API itself, the same for payments, refunds and payouts.
API_ACTIONS = frozenset({"slow", "timeout", "drop", "error", "unavailable"})


def fault_for(action: str | None, delay_seconds: float | None) -> Fault:
    """The fault that an action stands for; none for every other action."""
    match action:
        case "slow":
            return Fault(wait_seconds=1.0 if delay_seconds is None else delay_seconds)
        case "timeout":
            wait = DEFAULT_TIMEOUT_SECONDS if delay_seconds is None else delay_seconds
            return Fault(wait_seconds=wait, drops=True)
        case "drop":
            return Fault(drops=True)
        case "error":
            return Fault(error_status=500)
        case "unavailable":
            return Fault(acts=False, error_status=503)
        case _:
            return NO_FAULT
