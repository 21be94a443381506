"""Checked fields of people: numbers, addresses, links."""

import unicodedata
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from rest_framework import serializers

from marketplace.core.api.input import StrictSerializer

MAX_URL_LENGTH = 300
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""ISO 3166-1 alpha-2 codes of every country with telephones."""


JOINERS = "\u200c\u200d"
"""Invisible, and needed: by Persian and Hindi words, and by many emoji."""
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters to Unicode, nothing to the eye."""
MOST_MARKS = 4
"""Accents on one letter: no language writes more, and more run over the lines around them."""


class TextField(serializers.CharField):
    """One line for people to read, in Unicode's composed form; its length is counted there.

    No control characters, no marks that turn the direction of writing, no lone surrogates, and
    nothing that looks like nothing.
    """

    allowed = JOINERS

    def to_internal_value(self, data: Any) -> str:
        value = unicodedata.normalize("NFC", super().to_internal_value(data))
        if any(not self._is_shown(character) for character in value):
            raise serializers.ValidationError("Only printable characters.", code="not_printable")
        if value and not value.strip(JOINERS + " \n\r\t"):
            raise serializers.ValidationError("Nothing of it can be seen.", code="blank")
        if any(len(list(marks)) > MOST_MARKS for is_mark, marks in _runs(value) if is_mark):
            raise serializers.ValidationError("Too many accents on a letter.", code="not_printable")
        return value

    def _is_shown(self, character: str) -> bool:
        return character in self.allowed or (character.isprintable() and character not in BLANKS)


def _runs(value: str) -> Any:
    return groupby(value, lambda character: unicodedata.category(character) in {"Mn", "Me"})


class ProseField(TextField):
    """Several lines for people to read."""

    allowed = JOINERS + "\n\r\t"


class EmailField(serializers.EmailField):
    """Lower case, ASCII, at most 254 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data).lower()
        if not value.isascii():
            # Two addresses that look alike must not be two accounts.
            raise serializers.ValidationError("Only ASCII characters.", code="not_ascii")
        return value


class PasswordField(serializers.CharField):
    """As typed: spaces count, nothing is trimmed. Never sent back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            trim_whitespace=False,
            write_only=True,
            max_length=256,
            style={"input_type": "password"},
            **kwargs,
        )


class PhoneNumberField(serializers.CharField):
    """A possible number in international form; kept as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not value:
            return ""
        try:
            number = phonenumbers.parse(value, None)
        except phonenumbers.NumberParseException as error:
            raise _not_a_number() from error
        if not phonenumbers.is_valid_number(number):
            raise _not_a_number()
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class HttpsUrlField(serializers.URLField):
    """An https address without a user name in it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_URL_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if value:
            parts = urlsplit(value)
            if parts.scheme != "https" or parts.username is not None:
                raise serializers.ValidationError("Only https:// addresses.", code="not_https")
        return value


class CountryField(serializers.CharField):
    """ISO 3166-1 alpha-2, in upper case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=2, max_length=2, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data).upper()
        if value not in COUNTRIES:
            raise serializers.ValidationError("Not a country code.", code="unknown_country")
        return value


class AddressSerializer(StrictSerializer[object]):
    """A postal address. ``country`` is ISO 3166-1 alpha-2."""

    line1 = TextField(max_length=200)
    line2 = TextField(max_length=200, required=False, allow_blank=True)
    city = TextField(max_length=100)
    region = TextField(max_length=100, required=False, allow_blank=True)
    postal_code = TextField(max_length=20, required=False, allow_blank=True)
    country = CountryField()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        # A profile's address is written as a whole, also where the rest of the request is partial.
        missing = {"line1", "city", "country"} - attrs.keys()
        if missing:
            raise serializers.ValidationError(
                dict.fromkeys(sorted(missing), "This field is required."), code="required"
            )
        return attrs


def _not_a_number() -> serializers.ValidationError:
    return serializers.ValidationError(
        "Not a telephone number in international form, such as +254712345678.",
        code="not_a_phone_number",
    )
