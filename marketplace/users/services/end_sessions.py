from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.users.models import SignInEnd
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user


@opens_transaction
def end_sessions(*, user_id: UUID, but: UUID | None = None) -> int:
    """Sign out every device, or all ``but`` the sign-in named; returns how many."""
    # The account's lock: a sign-in that begins at this moment either is ended or comes after.
    lock_user(user_id)
    return end_sign_ins(user_id=user_id, reason=SignInEnd.SIGNED_OUT, but=but)
