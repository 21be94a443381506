from dataclasses import dataclass
from uuid import UUID

from marketplace.core.privacy import Obstacle
from marketplace.core.retention import kept_for
from marketplace.users.models import Erasure
from marketplace.users.repositories.erasures import COOLING_OFF, obstacles_of


@dataclass(frozen=True, slots=True)
class ErasureOutlook:
    """What stands between a person and their erasure, and how long it can be taken back."""

    obstacles: tuple[Obstacle, ...]
    cooling_off_days: int


def get_erasure_outlook(*, user_id: UUID) -> ErasureOutlook:
    """What must be settled before this person can ask to be forgotten."""
    return ErasureOutlook(tuple(obstacles_of(user_id)), kept_for(COOLING_OFF).days)


def is_erased(*, user_id: UUID) -> bool:
    """Whether the erasure of this person has begun: nothing of theirs is kept from now on."""
    begun = Erasure.objects.filter(started_at__isnull=False, cancelled_at__isnull=True)
    return begun.filter(user_id=user_id).exists()
