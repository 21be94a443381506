"""One-time codes that prove an address or a number (ADR 0069).

A code belongs to a sign-in flow, which gives it its ten minutes, its few tries and its one use.
"""

from typing import Any

from allauth.account import app_settings
from allauth.core.internal.cryptokit import compare_user_code, generate_user_code
from django.conf import settings

from marketplace.users.errors import CodeRefused, FlowRefused


def new_code() -> str:
    return str(generate_user_code(**app_settings.PHONE_VERIFICATION_CODE_FORMAT))


def text_with(code: str) -> str:
    """The code comes first, so that a telephone shows it without opening the message."""
    return f"{code} is your {settings.PLATFORM_NAME} code. Nobody of ours will ask you for it."


def text_without_account() -> str:
    return f"There is no {settings.PLATFORM_NAME} account with this number. Sign up to make one."


def text_with_account() -> str:
    return f"You have a {settings.PLATFORM_NAME} account with this number. Sign in with a code."


def proved(state: dict[str, Any], *, purpose: str, code: str) -> dict[str, Any]:
    """What a flow of this purpose was opened for, once its code is given.

    Errors: FlowRefused (another flow), CodeRefused. A flow that no code opens (an address that
    somebody has) has an empty one, which nothing equals.
    """
    if state.get("purpose") != purpose:
        raise FlowRefused
    if not compare_user_code(actual=code, expected=state["code"]):
        raise CodeRefused
    return state
