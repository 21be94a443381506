"""Asks a service whether a password is known from data breaches, without naming it (ADR 0093).

The protocol of Have I Been Pwned's "Pwned Passwords": ``GET {url}{five hex digits of the SHA-1}``
answers some hundred lines ``REST OF THE HASH:COUNT``. With padding the number of lines tells
nothing; lines that are padding have the count 0. Neither the password nor its hash leaves this
process.
"""

import hashlib

import httpx
import structlog
from django.conf import settings

from marketplace.core.db import forbid_transaction

PREFIX_DIGITS = 5

log = structlog.get_logger(__name__)


def was_breached(password: str) -> bool:
    """Whether the service knows the password; no service, or no answer in time, is no.

    It fails open: the lists on disk have judged already, and nobody is kept from changing a
    password because somebody else's machine is down.
    """
    if not settings.BREACHED_PASSWORDS_URL:
        return False
    forbid_transaction("asking for breached passwords")
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    prefix, rest = digest[:PREFIX_DIGITS], digest[PREFIX_DIGITS:]
    try:
        answer = httpx.get(
            f"{settings.BREACHED_PASSWORDS_URL}{prefix}",
            headers={"Add-Padding": "true", "User-Agent": settings.PLATFORM_NAME},
            timeout=settings.BREACHED_PASSWORDS_TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        return rest in _known(answer.text)
    except (httpx.HTTPError, ValueError) as error:
        # The error's type alone: its words hold the prefix.
        log.warning("breached_passwords_not_asked", error=type(error).__name__)
        return False


def _known(text: str) -> set[str]:
    lines = (line.partition(":") for line in text.splitlines())
    return {rest.strip().upper() for rest, _, count in lines if int(count) > 0}
