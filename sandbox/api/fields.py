"""Strict reading of request bodies: every field checked, unknown ones refused by name."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sandbox.api.errors import invalid

MAX_AMOUNT = 10**14
_REFERENCE = re.compile(r"[A-Za-z0-9._:\-]{1,100}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_ACCOUNT_NUMBER = re.compile(r"[A-Za-z0-9\-]{4,34}")
_BANK_FIELDS = ("bank_code", "bank_name", "routing_number", "sort_code", "bic", "country")


class Fields:
    """One request body. Each reader removes its field; `finish` refuses what is left."""

    def __init__(self, body: Mapping[str, Any], path: str = "") -> None:
        self._left = dict(body)
        self._path = path

    def _name(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _take(self, name: str, *, required: bool) -> Any:
        value = self._left.pop(name, None)
        if value is None and required:
            raise invalid("parameter_missing", f"{self._name(name)} is required.", self._name(name))
        return value

    def _wrong(self, name: str, message: str) -> Exception:
        path = self._name(name)
        return invalid("parameter_invalid", f"{path} {message}", path)

    def finish(self) -> None:
        """Refuse any field that nobody read."""
        for name in self._left:
            raise invalid("parameter_unknown", f"Unknown parameter {self._name(name)}.", name)

    def text(self, name: str, *, longest: int, required: bool = True, default: str = "") -> str:
        """A trimmed line of text without control characters."""
        value = self._take(name, required=required)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._wrong(name, "must be a string.")
        value = value.strip()
        if required and not value:
            raise self._wrong(name, "must not be empty.")
        if len(value) > longest:
            raise self._wrong(name, f"must be at most {longest} characters.")
        if any(not char.isprintable() for char in value):
            raise self._wrong(name, "must not contain control characters.")
        return value

    def choice(self, name: str, options: frozenset[str], *, required: bool = True) -> str:
        """One of a few words."""
        value = self.text(name, longest=60, required=required)
        if value and value not in options:
            raise self._wrong(name, f"must be one of {', '.join(sorted(options))}.")
        return value

    def integer(
        self, name: str, *, low: int, high: int, required: bool = True, default: int | None = None
    ) -> int | None:
        """A whole JSON number; true, 1.0 and "1" are refused."""
        value = self._take(name, required=required)
        if value is None:
            return default
        if type(value) is not int:
            raise self._wrong(name, "must be an integer.")
        if not low <= value <= high:
            raise self._wrong(name, f"must lie between {low} and {high}.")
        return value

    def seconds(self, name: str, *, high: float) -> float | None:
        """A bounded number of seconds, or None when it is left out."""
        value = self._take(name, required=False)
        if value is None:
            return None
        if type(value) not in (int, float):
            raise self._wrong(name, "must be a number of seconds.")
        if not 0 <= value <= high:
            raise self._wrong(name, f"must lie between 0 and {high:g} seconds.")
        return float(value)

    def amount(self, name: str = "amount") -> int:
        """A positive amount in minor units."""
        return self.integer(name, low=1, high=MAX_AMOUNT) or 0

    def currency(self, name: str = "currency") -> str:
        """An ISO 4217 code in capitals."""
        value = self.text(name, longest=3)
        if value not in currency_codes():
            raise self._wrong(name, "must be an ISO 4217 currency code in capitals.")
        return value

    def reference(self, name: str = "reference") -> str:
        """The caller's own unique name for a thing."""
        value = self.text(name, longest=100)
        if not _REFERENCE.fullmatch(value):
            raise self._wrong(name, "may contain only letters, digits and . _ : -")
        return value

    def identifier(self, name: str) -> str:
        """An identifier of ours."""
        return self.text(name, longest=60)

    def metadata(self, name: str = "metadata") -> dict[str, str]:
        """Up to 20 short strings of the caller's."""
        value = self._take(name, required=False)
        if value is None:
            return {}
        if not isinstance(value, dict) or len(value) > 20:
            raise self._wrong(name, "must be an object with at most 20 keys.")
        for key, item in value.items():
            if len(key) > 40 or not isinstance(item, str) or len(item) > 500 or "\0" in key + item:
                raise self._wrong(name, "needs keys up to 40 and string values up to 500.")
        return value

    def web_address(self, name: str) -> str:
        """An http(s) address without credentials; empty when it is left out."""
        value = self.text(name, longest=2000, required=False)
        if not value:
            return ""
        if any(char.isspace() or char in "\\\"'<>`{}|^" for char in value):
            raise self._wrong(name, "must be a plain web address.")
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError as error:
            raise self._wrong(name, "must be a web address.") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
            raise self._wrong(name, "must start with http:// or https:// and name a host.")
        if parts.username is not None or parts.password is not None:
            raise self._wrong(name, "must not contain a user name or a password.")
        if not re.fullmatch(r"[A-Za-z0-9.\-:\[\]]+", parts.netloc):
            raise self._wrong(name, "must name its host in ASCII.")
        return urlunsplit(parts)

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 time with its offset, or None when it is left out."""
        value = self._take(name, required=False)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise self._wrong(name, "must be an ISO 8601 time.") from error
        if moment.tzinfo is None:
            raise self._wrong(name, "must carry an offset from UTC.")
        return moment.astimezone(UTC)

    def destination(self, name: str = "destination") -> dict[str, str]:
        """A bank account, as kept: the holder and the last four characters, never the number."""
        value = self._take(name, required=True)
        if not isinstance(value, dict):
            raise self._wrong(name, "must be an object.")
        fields = Fields(value, name)
        kept = {"account_holder": fields.text("account_holder", longest=140)}
        iban = fields.text("iban", longest=42, required=False).replace(" ", "").upper()
        number = fields.text("account_number", longest=40, required=False).replace(" ", "")
        for bank_field in _BANK_FIELDS:
            if text := fields.text(bank_field, longest=140, required=False):
                kept[bank_field] = text
        fields.finish()
        if bool(iban) == bool(number):
            raise self._wrong(name, "needs either iban or account_number.")
        if iban and not is_iban(iban):
            raise invalid("iban_invalid", "The IBAN's check digits are wrong.", f"{name}.iban")
        if number and not _ACCOUNT_NUMBER.fullmatch(number):
            raise self._wrong(name, "has an account_number that is not 4 to 34 letters or digits.")
        kept["type"] = "iban" if iban else "account_number"
        kept["last4"] = (iban or number)[-4:]
        return kept


@lru_cache(maxsize=1)
def currency_codes() -> frozenset[str]:
    """Every code that CLDR knows."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def is_iban(value: str) -> bool:
    """ISO 13616: letters become numbers, first four characters last, remainder 1 by 97."""
    if not _IBAN.fullmatch(value):
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1
