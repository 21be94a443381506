from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.forms import UserTokenForm

from marketplace.core import clock
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.users.errors import KeyRefused
from marketplace.users.events import PasswordChanged
from marketplace.users.models import SignInEnd, User
from marketplace.users.passwords import MIN_LENGTH
from marketplace.users.repositories.sign_ins import end_sign_ins
from marketplace.users.repositories.users import lock_user
from marketplace.users.services.validate_password import refuse_breached, validate_password
from marketplace.users.services.verify_email import mark_verified


def reset_password(*, key: str, password: str) -> None:
    """Set a new password with the key from the letter, and sign every device out.

    The letter was read, so the address counts as verified. A refused password leaves the key good.

    Errors: KeyRefused, PasswordRefused.
    """
    _owner_of(key)
    refuse_breached(password)
    _reset(key, password)


@opens_transaction
def _reset(key: str, password: str) -> None:
    user = lock_user(_owner_of(key))
    # Again under the lock: the key dies with the old password, so of two attempts one wins.
    if _owner_of(key) != user.pk:
        raise KeyRefused
    validate_password(password, user=user)
    mark_verified(user_id=user.pk, email=user.email)
    replace_password(user, password)
    end_sign_ins(user_id=user.pk, reason=SignInEnd.PASSWORD_CHANGED)
    get_adapter().send_notification_mail("account/email/password_reset", user)


def replace_password(user: User, password: str) -> None:
    user.set_password(password)
    user.password_needs_factor = len(password) < MIN_LENGTH
    user.updated_at = clock.now()
    user.save(update_fields=["password", "password_needs_factor", "updated_at"])
    record(PasswordChanged(user_id=user.pk), key=user.pk)


def _owner_of(key: str) -> UUID:
    uidb36, _, token = key.partition("-")
    form = UserTokenForm(data={"uidb36": uidb36, "key": token})
    if not form.is_valid() or form.reset_user is None:
        raise KeyRefused
    user_id: UUID = form.reset_user.pk
    return user_id
