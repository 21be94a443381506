"""Structured logs: JSON lines (a console form for people), without secrets or personal data.

Every line, of ours and of the libraries, passes :func:`mask`. It works by name (a member called
``password`` or ``authorization`` never shows) and by form (card numbers, IBANs, emails, phone
numbers, bearer tokens and JWTs are found inside any text).
"""

import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

from marketplace.core.context import current_request_id

MASK = "[masked]"
MAX_DEPTH = 8

SECRET_NAME = re.compile(
    r"pass(word|wd|phrase|code)?$|secret|token|authori[sz]ation|api[_-]?key|cookie|session|csrf"
    r"|signature|otp|totp|recovery|^(pin|cvv|cvc|pan|iban)$|card_?number|account_?number|credential"
    r"|e?mail(_address)?$|phone|address_?line|(first|last|full|holder)_?name|account_holder|tax_id"
    r"|date_of_birth|ssn",
    re.IGNORECASE,
)
SAFE_NAMES = frozenset(
    {"event", "level", "timestamp", "logger", "method", "status", "took_ms", "request_id"}
)
"""Written by us alone and never from input: not worth a search. ``event`` of libraries is text."""

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
IBAN = re.compile(
    r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b", re.IGNORECASE
)
DIGITS = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]{0,2}\d){6,18}(?![\w-])")
BEARER = re.compile(r"\b(Bearer|Basic|Token)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)@")
ASSIGNED = re.compile(
    r"""(?P<name>["']?\b[\w-]*(?:password|passphrase|secret|token|api[_-]?key|authorization|cookie)"""
    r"""[\w-]*["']?\s*[=:]\s*)(?P<value>"[^"]*"|'[^']*'|[^\s,;&"'}]+)""",
    re.IGNORECASE,
)
CARD_LENGTHS = range(12, 20)
PHONE_LENGTHS = range(8, 16)


def mask_text(text: str) -> str:
    """``text`` with everything that looks like a secret or a person's data masked."""
    if len(text) < 5:
        return text
    if "@" in text:
        text = URL_PASSWORD.sub(rf"\1:{MASK}@", text)
        text = EMAIL.sub(MASK, text)
    if "=" in text or ":" in text:
        text = ASSIGNED.sub(lambda found: found["name"] + MASK, text)
    if " " in text:
        text = BEARER.sub(rf"\1 {MASK}", text)
    if "eyJ" in text:
        text = JWT.sub(MASK, text)
    if any(character.isdigit() for character in text):
        text = IBAN.sub(_mask_iban, text)
        text = DIGITS.sub(_mask_number, text)
    return text


def _mask_iban(found: re.Match[str]) -> str:
    compact = re.sub(r"[ -]", "", found[0]).upper()
    rearranged = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return MASK if int(rearranged) % 97 == 1 else found[0]


def _mask_number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if len(digits) in CARD_LENGTHS and passes_luhn(digits):
        return MASK
    # A bare row of digits is more often a count of something; a phone number says so by its form.
    looks_like_phone = found[0].startswith("+") or bool(re.search(r"\d[ ().-]+\d", found[0]))
    if looks_like_phone and len(digits) in PHONE_LENGTHS and not _is_a_date(found[0]):
        return MASK
    return found[0]


def _is_a_date(text: str) -> bool:
    return bool(re.match(r"\d{4}-\d{2}-\d{2}|\d+\.\d+$|\d{1,3}(\.\d{1,3}){3}$", text))


def passes_luhn(digits: str) -> bool:
    """The check sum of payment cards (ISO/IEC 7812-1)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = int(character)
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0


def mask_value(value: Any, depth: int = 0) -> Any:
    """``value`` with names and texts masked at every depth."""
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= MAX_DEPTH:
        return MASK
    if isinstance(value, Mapping):
        return {
            name: MASK
            if isinstance(name, str) and SECRET_NAME.search(name)
            else mask_value(inner, depth + 1)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(inner, depth + 1) for inner in value]
    return mask_text(str(value))


def mask(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor."""
    for name, value in line.items():
        if name in SAFE_NAMES and name != "event":
            continue
        if SECRET_NAME.search(name):
            line[name] = MASK
        elif value is not None and type(value) not in (int, float, bool):
            line[name] = mask_value(value)
    return line


def add_request_id(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if request_id := current_request_id():
        line["request_id"] = request_id
    return line


def _to_json(line: MutableMapping[str, Any], **_: Any) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def processors_before_rendering() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        # Last, so that it sees what an exception says of itself.
        mask,
    ]


def configure_structlog() -> None:
    """Our own loggers; they end in the handlers of :func:`logging_settings` like all others."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *processors_before_rendering(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """``LOGGING``: one handler, on standard error, for every logger there is."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    structlog.stdlib.PositionalArgumentsFormatter(),
                    structlog.stdlib.ExtraAdder(allow=[]),
                    *processors_before_rendering(),
                ],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "structured"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Our own request line says the same, with more.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "_granian": {"level": "INFO"},
            "amqp": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            # It tells every request and every refusal in the provider's words.
            "stripe": {"level": "ERROR"},
            "kombu": {"level": "WARNING"},
        },
    }


logging.captureWarnings(capture=True)
