"""The letters that accounts cause, in words. allauth decides when; this page decides what."""

from collections.abc import Callable

from marketplace.users.factor_letters import FACTOR_LETTERS
from marketplace.users.letter import Context, Letter


def _confirm(context: Context) -> Letter:
    return Letter(
        "Confirm your email address",
        (
            "Welcome to Fairhold. One step is left: confirm that this address is yours.",
            "If you did not sign up, ignore this letter: without it the account stays shut.",
        ),
        ("Confirm this address", context["activate_url"]),
        context["key"],
    )


def _already_exists(context: Context) -> Letter:
    return Letter(
        "You have an account already",
        (
            "Somebody, probably you, tried to sign up with this address, which has an account.",
            "Nothing was changed.",
            "If the password escapes you, choose a new one. If it was not you, ignore this letter.",
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


def _unknown(context: Context) -> Letter:
    return Letter(
        "No account with this address",
        (
            "Somebody, probably you, asked for a letter about the account of this address.",
            "There is none whose address was ever confirmed.",
            "You may have signed up with another address. If it was not you, ignore this letter.",
        ),
        ("Sign up", context["signup_url"]),
    )


def _reset(context: Context) -> Letter:
    return Letter(
        "Choose a new password",
        (
            "Somebody, probably you, asked for a new password. The button works once, for an hour.",
            "If it was not you, ignore this letter: your password stays as it is.",
        ),
        ("Choose a new password", context["password_reset_url"]),
        f"{context['uid']}-{context['key']}",
    )


def _changed(context: Context) -> Letter:
    return Letter(
        "Your password was changed",
        (
            "The password of your account was changed, and every other device was signed out.",
            "If it was not you, choose a new password at once.",
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


def _login_code(context: Context) -> Letter:
    return Letter(
        f"{context['code']} is your code",
        (
            f"Sign in with this code: {context['code']}. It works once, for ten minutes.",
            "Nobody of ours will ask you for it. If you did not ask for it, ignore this letter.",
        ),
        key=context["code"],
    )


def _address_code(context: Context) -> Letter:
    return Letter(
        f"{context['code']} confirms this address",
        (
            "Somebody, probably you, wants to use this address with their account.",
            f"The code is {context['code']}. It works once, for ten minutes.",
            "If it was not you, ignore this letter: without the code nothing changes.",
        ),
        key=context["code"],
    )


def _email_changed(context: Context) -> Letter:
    return Letter(
        "Your account has another email address now",
        (
            "Letters about your account go to another address from now on.",
            "This one no longer signs you in.",
            "If it was not you, write to our support at once: this letter is the only one you get.",
        ),
    )


def _phone_changed(context: Context) -> Letter:
    return Letter(
        "Your account has another telephone number now",
        (
            "Codes for signing in go to another telephone number from now on.",
            "If it was not you, choose a new password at once and sign out all devices.",
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


def _connected(context: Context) -> Letter:
    name = context["provider_name"]
    return Letter(
        f"{name} can sign you in now",
        (
            f"Your account was connected with {name}: whoever signs in there gets in here.",
            "If it was not you, choose a new password at once, and disconnect it in your account.",
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


def _disconnected(context: Context) -> Letter:
    name = context["provider_name"]
    return Letter(
        f"{name} no longer signs you in",
        (
            f"Your account was disconnected from {name}. Devices that are signed in stay so.",
            "If it was not you, choose a new password at once.",
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


LETTERS: dict[str, Callable[[Context], Letter]] = {
    "account/email/email_confirmation_signup": _confirm,
    "account/email/email_confirmation": _confirm,
    "account/email/account_already_exists": _already_exists,
    "account/email/unknown_account": _unknown,
    "account/email/login_code": _login_code,
    "account/email/address_code": _address_code,
    "account/email/email_changed": _email_changed,
    "account/email/phone_changed": _phone_changed,
    "account/email/password_reset_key": _reset,
    "account/email/password_reset": _changed,
    "account/email/password_changed": _changed,
    "socialaccount/email/account_connected": _connected,
    "socialaccount/email/account_disconnected": _disconnected,
    **FACTOR_LETTERS,
}
