"""What can be approved, and what an approval of it says: each purpose is described by the service
whose command needs it, so that the approval and the command speak of exactly the same."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marketplace.core.errors import InvalidInput
from marketplace.users.models import StepUpPurpose
from marketplace.users.repositories.exports import find_own

FACTOR_ACTS = {
    "add_totp": "Add an authenticator app",
    "add_passkey": "Add a passkey",
    "renew_recovery_codes": "Make new recovery codes",
    "remove": "Remove a second factor",
    "connect_provider": "Let a provider sign you in",
    "disconnect_provider": "Let a provider sign you in no longer",
}
NAMES = {"remove": "factor_id", "connect_provider": "provider", "disconnect_provider": "provider"}
"""What an action is done to, where that has to be said."""
PROVIDER = re.compile(r"[a-z][a-z0-9-]{1,29}")


@dataclass(frozen=True, slots=True)
class Approval:
    """``binding`` goes to ``use_step_up``; ``act`` is one line for the person who approves."""

    binding: Mapping[str, str]
    act: str


Describe = Callable[[UUID, Mapping[str, Any]], Approval]
_purposes: dict[str, Describe] = {}


def describes_step_up(purpose: str) -> Callable[[Describe], Describe]:
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
    if not isinstance(action, str) or action not in FACTOR_ACTS:
        raise InvalidInput(fields={"details": [f"Send action: one of {', '.join(FACTOR_ACTS)}."]})
    wanted = {"action", NAMES[action]} if action in NAMES else {"action"}
    if set(details) != wanted:
        raise InvalidInput(fields={"details": [f"Send {' and '.join(sorted(wanted))}."]})
    binding = {"action": action}
    act = FACTOR_ACTS[action]
    if action == "remove":
        try:
            binding["factor_id"] = str(UUID(str(details["factor_id"])))
        except ValueError as error:
            wrong = {"details.factor_id": ["Send the factor's id."]}
            raise InvalidInput(fields=wrong) from error
    if "provider" in wanted:
        binding["provider"] = str(details["provider"])
        if not PROVIDER.fullmatch(binding["provider"]):
            raise InvalidInput(fields={"details.provider": ["Send the provider's id."]})
        act = f"{act}: {binding['provider']}"
    return Approval(binding, act)


@describes_step_up(StepUpPurpose.PRIVACY)
def privacy_act(user_id: UUID, details: Mapping[str, Any]) -> Approval:
    match dict(details):
        case {"action": "erase_account", **rest} if not rest:
            return Approval({"action": "erase_account"}, "Erase your account")
        case {"action": "download_export", "export_id": given, **rest} if not rest:
            try:
                export_id = UUID(str(given))
            except ValueError as error:
                wrong = {"details.export_id": ["Send the file's id."]}
                raise InvalidInput(fields=wrong) from error
            find_own(export_id=export_id, user_id=user_id)
            binding = {"action": "download_export", "export_id": str(export_id)}
            return Approval(binding, "Download the file with everything we know of you")
    wanted = "Send action: erase_account, or download_export with export_id."
    raise InvalidInput(fields={"details": [wanted]})
