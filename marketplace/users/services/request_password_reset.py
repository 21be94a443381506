from allauth.account.forms import default_token_generator
from allauth.account.internal.flows import password_reset
from allauth.account.internal.userkit import filter_users_by_email

from marketplace.core.db import opens_transaction


@opens_transaction
def request_password_reset(*, email: str) -> None:
    """Send one letter: with a key that works once, for an hour, or to say there is no account."""
    email = email.strip().lower()
    users = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
    password_reset.request_password_reset(None, email, users, default_token_generator)
