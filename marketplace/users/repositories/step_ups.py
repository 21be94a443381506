"""Load and lock step-ups, and recognise what they approve."""

import hmac
import json
from collections.abc import Mapping
from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.security import fingerprint, fingerprints
from marketplace.users.models import StepUp


@needs_transaction
def lock_step_up(step_up_id: UUID, *, user_id: UUID, sign_in_id: UUID) -> StepUp | None:
    """The person's step-up on this device, locked: it is confirmed and used one at a time."""
    rows = StepUp.objects.select_for_update(no_key=True)
    return rows.filter(pk=step_up_id, user_id=user_id, sign_in_id=sign_in_id).first()


def hash_of_binding(purpose: str, binding: Mapping[str, str]) -> bytes:
    """A keyed hash of what is approved; the order of its members does not matter."""
    return fingerprint(_canonical(binding), purpose=f"users.StepUp.{purpose}")


def approves(step_up: StepUp, *, purpose: str, binding: Mapping[str, str]) -> bool:
    """Whether the step-up is for exactly this; also while the hashing key is being replaced."""
    stored = bytes(step_up.binding_hash)
    hashes = fingerprints(_canonical(binding), purpose=f"users.StepUp.{purpose}")
    return step_up.purpose == purpose and any(
        hmac.compare_digest(stored, expected) for expected in hashes
    )


def _canonical(binding: Mapping[str, str]) -> str:
    return json.dumps(dict(binding), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
