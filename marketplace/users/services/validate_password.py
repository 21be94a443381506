from collections.abc import Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password as validate
from django.core.exceptions import ValidationError

from marketplace.users.breached_passwords import was_breached
from marketplace.users.errors import PasswordRefused
from marketplace.users.models import User


def validate_password(
    password: str, *, user: User | None = None, about: Mapping[str, Any] | None = None
) -> None:
    """Accept a password for ``user`` (or for somebody of whom ``about`` is known).

    Errors: PasswordRefused, with every reason.
    """
    person = user or User(**(about or {}))
    try:
        validate(password, person)
    except ValidationError as refusal:
        raise PasswordRefused(fields={"password": refusal.messages}) from refusal


def refuse_breached(password: str) -> None:
    """Ask the service of breached passwords, where there is one; called outside any transaction.

    Errors: PasswordRefused.
    """
    if was_breached(password):
        words = "This password is known from data breaches. Choose another one."
        raise PasswordRefused(fields={"password": [words]})
