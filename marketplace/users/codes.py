"""One-time codes that prove an address or a number (ADR 0069).

A code belongs to a sign-in flow, which gives it its ten minutes, its few tries and its one use.
"""

from textwrap import shorten
from typing import Any

from allauth.account import app_settings
from allauth.core.internal.cryptokit import compare_user_code, generate_user_code
from django.conf import settings

from marketplace.users.errors import CodeRefused, FlowRefused

MAX_ACT = 200


def new_code() -> str:
    return str(generate_user_code(**app_settings.PHONE_VERIFICATION_CODE_FORMAT))


def text_with(code: str) -> str:
    """The code comes first, so that a telephone shows it without opening the message."""
    return f"{code} is your {settings.PLATFORM_NAME} code. Nobody of ours will ask you for it."


def text_approving(code: str, act: str) -> str:
    """What is approved, so that the code cannot be talked out of somebody for something else; at
    most two hundred characters of it, since a long text is paid for twice."""
    about = f"{code} approves at {settings.PLATFORM_NAME}: {shorten(act, MAX_ACT)}."
    return f"{about} If you did not ask for this, give it to nobody."


def text_without_account() -> str:
    return f"There is no {settings.PLATFORM_NAME} account with this number. Sign up to make one."


def text_with_account() -> str:
    return f"You have a {settings.PLATFORM_NAME} account with this number. Sign in with a code."


def text_of_reset() -> str:
    return (
        f"Your second factors at {settings.PLATFORM_NAME} were removed, as our support was asked "
        "to. If you did not ask for this, tell our support at once."
    )


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
