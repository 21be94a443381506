from uuid import UUID

from marketplace.core.db import opens_transaction
from marketplace.users.models import SignInEnd
from marketplace.users.repositories.sign_ins import end_sign_ins


@opens_transaction
def end_sign_in(*, user_id: UUID, sign_in_id: UUID) -> None:
    """Sign out: refresh and access tokens of this sign-in are refused from now on."""
    end_sign_ins(user_id=user_id, reason=SignInEnd.SIGNED_OUT, only=sign_in_id)
