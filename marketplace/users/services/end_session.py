from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.users.models import SignInEnd
from marketplace.users.repositories.sign_ins import end_sign_ins


@opens_transaction
def end_session(*, user_id: UUID, sign_in_id: UUID) -> None:
    """Sign one's own device out, this one or another: its tokens are refused from now on.

    Errors: NotFound (of somebody else, unknown, or signed out already).
    """
    if not end_sign_ins(user_id=user_id, reason=SignInEnd.SIGNED_OUT, only=sign_in_id):
        raise NotFound("session")
