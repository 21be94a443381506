"""What a request brings to show that its sender approved it with a second factor."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StepUpProof:
    """The approval that was sent, if any, and the device (sign-in) that sends it.

    ``users.services.use_step_up(**asdict(proof), …)`` judges and spends it.
    """

    step_up_id: UUID | None
    sign_in_id: UUID
