from uuid import UUID

from allauth.account.adapter import get_adapter

from marketplace.core.db import opens_transaction
from marketplace.users.errors import WrongPassword
from marketplace.users.models import SignInEnd
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.reset_password import replace_password
from marketplace.users.services.validate_password import refuse_breached, validate_password


def change_password(
    *, user_id: UUID, sign_in_id: UUID, current_password: str, new_password: str
) -> None:
    """Replace the password and sign out every device but the one that asks.

    Errors: WrongPassword, PasswordRefused.
    """
    refuse_breached(new_password)
    _change(user_id, sign_in_id, current_password, new_password)


@opens_transaction
def _change(user_id: UUID, sign_in_id: UUID, current_password: str, new_password: str) -> None:
    user = lock_user(user_id)
    if not user.check_password(current_password):
        raise WrongPassword
    validate_password(new_password, user=user)
    replace_password(user, new_password)
    end_sign_ins(user_id=user_id, reason=SignInEnd.PASSWORD_CHANGED, but=sign_in_id)
    get_adapter().send_notification_mail("account/email/password_changed", user)
