"""The letters about second factors, in words."""

from collections.abc import Callable

from marketplace.users.letter import Context, Letter

NOT_YOU = "If it was not you, change your password at once and sign out all devices."


def _factors_changed(subject: str, text: str) -> Callable[[Context], Letter]:
    def letter(context: Context) -> Letter:
        return Letter(
            subject, (text, NOT_YOU), ("Choose a new password", context["password_reset_url"])
        )

    return letter


def _recovery_code_used(context: Context) -> Letter:
    return Letter(
        "A recovery code was used",
        (
            f"One of your recovery codes was used; {context['left']} are left.",
            "Make new ones when few are left. " + NOT_YOU,
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


def _step_up_code(context: Context) -> Letter:
    return Letter(
        f"{context['code']} confirms: {context['act']}",
        (
            "Somebody signed in to your account asks to do this:",
            context["act"],
            f"If it was you, the code is {context['code']}, for {context['minutes']} minutes.",
            "If this is not what you want to do, give the code to nobody. " + NOT_YOU,
        ),
        key=context["code"],
    )


def _factors_reset(context: Context) -> Letter:
    return Letter(
        "Your second factors were removed",
        (
            "Our support was asked to remove the second factors of your account, and did so.",
            "You are signed out everywhere, and your password is good for nothing any more.",
            "Choose a new password, then set up a second factor again.",
            "For a time no money can be sent to your bank accounts.",
            "If you did not ask for this, write to our support at once.",
        ),
        ("Choose a new password", context["password_reset_url"]),
    )


FACTOR_LETTERS: dict[str, Callable[[Context], Letter]] = {
    "users/factors_reset": _factors_reset,
    "mfa/email/totp_activated": _factors_changed(
        "An authenticator app was added",
        "From now on your account asks for a code of your authenticator app.",
    ),
    "mfa/email/totp_deactivated": _factors_changed(
        "An authenticator app was removed",
        "The codes of your authenticator app are good for nothing any more.",
    ),
    "mfa/email/webauthn_added": _factors_changed(
        "A passkey was added", "A passkey was added to your account."
    ),
    "mfa/email/webauthn_removed": _factors_changed(
        "A passkey was removed", "A passkey was removed from your account."
    ),
    "mfa/email/recovery_codes_generated": _factors_changed(
        "You have new recovery codes",
        "New recovery codes were made; the old ones are good for nothing any more.",
    ),
    "users/recovery_code_used": _recovery_code_used,
    "users/step_up_code": _step_up_code,
}
