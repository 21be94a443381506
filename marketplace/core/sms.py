"""The door for text messages, as Django's mail framework is for letters."""

from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.core.errors import DomainError, ErrorKind

OFF = "off"
"""``SMS_URL`` of a platform that sends no texts, on purpose."""


class TextsOff(DomainError):
    code = "texts_off"
    kind = ErrorKind.RULE
    title = "This platform sends no text messages"


class TextsUsedUp(DomainError):
    code = "texts_used_up"
    kind = ErrorKind.UNAVAILABLE
    title = "Today's text messages are used up"


class SmsBackend(Protocol):
    """What ``SMS_BACKEND`` names."""

    def __call__(self, *, to: str, text: str) -> None: ...


def sends_texts() -> bool:
    """Whether this platform sends texts at all."""
    return bool(settings.SMS_URL != OFF)


def send_sms(*, to: str, text: str) -> None:
    """Hand over one text message to an E.164 number; it leaves with the caller's transaction.

    Errors: TextsOff, TextsUsedUp; the same for every number.
    """
    if not sends_texts():
        raise TextsOff("Use your email address.")
    cast("SmsBackend", import_string(settings.SMS_BACKEND))(to=to, text=text)
