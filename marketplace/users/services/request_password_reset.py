from allauth.account.forms import default_token_generator
from allauth.account.internal.flows import password_reset
from allauth.account.internal.userkit import filter_users_by_email

from marketplace.core.db import opens_transaction
from marketplace.users.models import User


@opens_transaction
def request_password_reset(*, email: str) -> None:
    """Send one letter: with a key that works once, for an hour, or to say there is no account."""
    email = email.strip().lower()
    users = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    if not users:
        # A key for nobody: what making one takes would tell who has no account.
        default_token_generator.make_token(User())
    password_reset.request_password_reset(None, email, users, default_token_generator)
