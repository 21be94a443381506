"""Letters about one's own data. Queued in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail


def write_erasure_requested(*, email: str, due_at: datetime) -> None:
    _write(
        email,
        "Your account will be erased",
        f"Your account and what we know of you will be erased after {_moment(due_at)}.",
        "You are signed out everywhere. If you change your mind, or if this was not you: sign in "
        "before that time, and everything stays as it is.",
        "What was paid stays in the books under a number, without your name.",
    )


def write_erasure_cancelled(*, email: str) -> None:
    _write(
        email,
        "Your account stays",
        "You signed in or confirmed your address, so your account is not erased.",
        "If this was not you, choose a new password at once.",
    )


def write_erasure_waits(*, email: str, obstacles: Sequence[str]) -> None:
    _write(
        email,
        "Your account cannot be erased yet",
        "Something became open since you asked us to erase your account:",
        *obstacles,
        "We look again every day, and go on by ourselves once it is settled.",
    )


def write_export_ready(*, email: str, expires_at: datetime) -> None:
    _write(
        email,
        "The file with your data is ready",
        "The file with what we know of you can be downloaded in your account, under Privacy.",
        f"It is deleted after {_moment(expires_at)}. Only you can open it, after signing in.",
        "If you did not ask for it, change your password at once.",
    )


def _write(email: str, subject: str, *paragraphs: str) -> None:
    send_mail(subject, "\n\n".join(paragraphs) + "\n", settings.DEFAULT_FROM_EMAIL, [email])


def _moment(at: datetime) -> str:
    return f"{at:%d %B %Y, %H:%M} UTC"
