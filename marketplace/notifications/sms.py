"""Text messages: how they are queued, and the ways they leave (``SMS_URL``).

(unset)                                     kept in the outbox
off                                         there are none (`core.sms`)
console://                                  printed
twilio://SID:TOKEN@?from=+15550100          Twilio; ?service=MG… for a messaging service
"""

from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import structlog
from django.conf import settings

from marketplace.core.db import forbid_transaction
from marketplace.core.sms import OFF
from marketplace.notifications.models import OutboundSms
from marketplace.notifications.sms_budget import count_message

TWILIO_API = "https://api.twilio.com"
TIMEOUT_SECONDS = 10.0

log = structlog.get_logger(__name__)


class SmsUrlRefused(ValueError):
    """``SMS_URL`` names no way of delivery that exists here, or leaves something out."""


class SmsNotSent(Exception):
    """The provider did not take it, or nobody knows whether it did; later it may."""


class SmsRefused(SmsNotSent):
    """The provider will never take this one: no such number, not allowed."""


class SmsProvider(Protocol):
    def send(self, *, to: str, text: str) -> None:
        """Hand the message over; raises SmsNotSent or SmsRefused."""
        ...


def queue_sms(*, to: str, text: str) -> None:
    """``SMS_BACKEND``: queued by the caller's transaction, and only by its commit.

    Errors: TextsUsedUp, when today's are used up.
    """
    count_message()
    OutboundSms.objects.create(to=to, text=text)


class KeepProvider:
    """Where there is no provider the message stays in the outbox and on its page."""

    def send(self, *, to: str, text: str) -> None:
        log.info("sms_kept")


class ConsoleProvider:
    def send(self, *, to: str, text: str) -> None:
        print(f"SMS to {to}: {text}")  # noqa: T201  # what the scheme asks for


class TwilioProvider:
    """Twilio's REST interface, one request per message (Programmable Messaging, 2010-04-01)."""

    def __init__(self, *, account: str, token: str, sender: dict[str, str], api: str) -> None:
        self._account = account
        self._auth = (account, token)
        self._sender = sender
        self._api = api

    def send(self, *, to: str, text: str) -> None:
        forbid_transaction("sending a text message")
        url = f"{self._api}/2010-04-01/Accounts/{self._account}/Messages.json"
        try:
            answer = httpx.post(
                url,
                data={"To": to, "Body": text, **self._sender},
                auth=self._auth,
                timeout=TIMEOUT_SECONDS,
            )
        except httpx.HTTPError as error:
            # The error's type alone: its words may repeat the number.
            raise SmsNotSent(type(error).__name__) from None
        if answer.is_success:
            return
        # 400 is about this message; 401, 403, 429 and 5xx are about us, them or the hour.
        kind = SmsRefused if answer.status_code in {400, 404} else SmsNotSent
        raise kind(f"twilio {answer.status_code} {_code_of(answer)}".strip())


def provider_from(url: str) -> SmsProvider:
    """The provider that ``SMS_URL`` stands for; raises SmsUrlRefused."""
    if url in {"", OFF}:
        return KeepProvider()
    parts = urlsplit(url)
    if parts.scheme == "console":
        return ConsoleProvider()
    if parts.scheme != "twilio":
        raise SmsUrlRefused(f"SMS_URL: no way to deliver by {parts.scheme or 'this'}")
    # A plus sign in a query means a space, and numbers begin with one.
    options = {name: values[0].strip() for name, values in parse_qs(parts.query).items()}
    sender = {"MessagingServiceSid": options["service"]} if "service" in options else {}
    if not sender and "from" in options:
        sender = {"From": f"+{options['from'].lstrip('+')}"}
    if not (parts.username and parts.password and sender):
        raise SmsUrlRefused("SMS_URL: twilio://SID:TOKEN@?from=+15550100 or ?service=MG…")
    return TwilioProvider(
        account=unquote(parts.username),
        token=unquote(parts.password),
        sender=sender,
        api=options.get("api", TWILIO_API).rstrip("/"),
    )


def provider() -> SmsProvider:
    return provider_from(settings.SMS_URL)


def _code_of(answer: httpx.Response) -> str:
    """Twilio's own number of the error: harmless, and what its documentation is indexed by."""
    try:
        code = answer.json().get("code", "")
    except ValueError:
        return ""
    return str(code) if isinstance(code, int) else ""
