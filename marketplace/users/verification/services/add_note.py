from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import InvalidInput
from marketplace.users.verification.errors import MayNotReview
from marketplace.users.verification.policies import is_reviewer
from marketplace.users.verification.repositories.cases import lock_case, note
from marketplace.users.verification.transitions import Command


@opens_transaction
def add_note(*, case_id: UUID, actor: Actor, text: str) -> None:
    """Leave words for other reviewers, whoever holds the case. Raises NotFound, MayNotReview,
    InvalidInput."""
    if not text.strip():
        raise InvalidInput(fields={"note": ["Write something."]})
    case, person = lock_case(case_id)
    if not is_reviewer(actor) or actor.user_id == person.pk:
        raise MayNotReview
    note(case, Command.NOTE, actor=actor, text=text.strip())
