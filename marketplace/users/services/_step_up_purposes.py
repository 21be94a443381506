"""What can be approved, and what an approval of it says: each purpose is described by the service
whose command needs it, so that the approval and the command speak of exactly the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marketplace.core.errors import InvalidInput
from marketplace.users.models import StepUpPurpose

FACTOR_ACTS = {
    "add_totp": "Add an authenticator app",
    "add_passkey": "Add a passkey",
    "renew_recovery_codes": "Make new recovery codes",
    "remove": "Remove a second factor",
}


@dataclass(frozen=True, slots=True)
class Approval:
    """``binding`` goes to ``use_step_up``; ``act`` is one line for the person who approves."""

    binding: Mapping[str, str]
    act: str


Describe = Callable[[UUID, Mapping[str, Any]], Approval]
_purposes: dict[str, Describe] = {}


def describes_step_up(purpose: StepUpPurpose) -> Callable[[Describe], Describe]:
    """Register how the details of a purpose, as a client sends them, become an approval.

    The function is given the person's id and the details; it refuses details that the command
    would refuse (InvalidInput), and things that are not this person's (NotFound).
    """

    def register(describe: Describe) -> Describe:
        if _purposes.setdefault(purpose, describe) is not describe:
            raise ValueError(f"{purpose} is described twice")
        return describe

    return register


def describe(purpose: str, *, user_id: UUID, details: Mapping[str, Any]) -> Approval:
    """What approving this would mean. Errors: InvalidInput, and those of the purpose's service."""
    described = _purposes.get(purpose)
    if described is None:
        raise InvalidInput(fields={"purpose": ["Nothing needs a step-up of this purpose."]})
    return described(user_id, details)


@describes_step_up(StepUpPurpose.FACTOR_CHANGE)
def factor_change(_user_id: UUID, details: Mapping[str, Any]) -> Approval:
    action = details.get("action")
    wanted = {"action", "factor_id"} if action == "remove" else {"action"}
    if not isinstance(action, str) or action not in FACTOR_ACTS or set(details) != wanted:
        acts = ", ".join(FACTOR_ACTS)
        raise InvalidInput(
            fields={"details": [f"Send action ({acts}), and factor_id for remove alone."]}
        )
    binding = {"action": action}
    if action == "remove":
        factor_id = details["factor_id"]
        if isinstance(factor_id, bool) or not str(factor_id).isdecimal():
            raise InvalidInput(fields={"details.factor_id": ["Send the factor's id."]})
        binding["factor_id"] = str(int(factor_id))
    return Approval(binding, FACTOR_ACTS[action])
