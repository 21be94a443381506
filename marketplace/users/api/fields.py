"""Checked fields of people: numbers, addresses, links."""

from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from rest_framework import serializers

from marketplace.core.api.input import StrictSerializer

MAX_SOCIAL_LINKS = 10
MAX_URL_LENGTH = 300
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""ISO 3166-1 alpha-2 codes of every country with telephones."""


class TextField(serializers.CharField):
    """One line for people to read: no control characters, no lone surrogates."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if any(not character.isprintable() for character in value):
            raise serializers.ValidationError("Only printable characters.", code="not_printable")
        return value


class ProseField(serializers.CharField):
    """Several lines for people to read."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if any(not character.isprintable() and character not in "\n\r\t" for character in value):
            raise serializers.ValidationError("Only printable characters.", code="not_printable")
        return value


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


class AddressSerializer(StrictSerializer[object]):
    """A postal address. ``country`` is ISO 3166-1 alpha-2."""

    line1 = TextField(max_length=200)
    line2 = TextField(max_length=200, required=False, allow_blank=True)
    city = TextField(max_length=100)
    region = TextField(max_length=100, required=False, allow_blank=True)
    postal_code = TextField(max_length=20, required=False, allow_blank=True)
    country = serializers.CharField(min_length=2, max_length=2)

    def validate_country(self, value: str) -> str:
        if value.upper() not in COUNTRIES:
            raise serializers.ValidationError("Not a country code.", code="unknown_country")
        return value.upper()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        # An address is written as a whole, also where the rest of the request is partial.
        missing = {"line1", "city", "country"} - attrs.keys()
        if missing:
            raise serializers.ValidationError(
                dict.fromkeys(sorted(missing), "This field is required."), code="required"
            )
        return attrs


class SocialLinksField(serializers.DictField):
    """A name such as ``instagram`` to an https address."""

    child = HttpsUrlField()

    def to_internal_value(self, data: Any) -> dict[str, str]:
        links: dict[str, str] = super().to_internal_value(data)
        if len(links) > MAX_SOCIAL_LINKS:
            raise serializers.ValidationError(
                f"At most {MAX_SOCIAL_LINKS} links.", code="too_many_links"
            )
        if any(not name.isidentifier() or len(name) > 30 or name != name.lower() for name in links):
            raise serializers.ValidationError(
                "Names are lower-case words of at most 30 letters.", code="bad_link_name"
            )
        return links


def _not_a_number() -> serializers.ValidationError:
    return serializers.ValidationError(
        "Not a telephone number in international form, such as +254712345678.",
        code="not_a_phone_number",
    )
