"""The door for text messages, as Django's mail framework is for letters."""

from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class SmsBackend(Protocol):
    """What ``SMS_BACKEND`` names."""

    def __call__(self, *, to: str, text: str) -> None: ...


def send_sms(*, to: str, text: str) -> None:
    """Hand over one text message to an E.164 number; it leaves with the caller's transaction."""
    cast("SmsBackend", import_string(settings.SMS_BACKEND))(to=to, text=text)
