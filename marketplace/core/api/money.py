"""Money in requests and answers: a decimal string, with the currency beside it."""

from typing import Any

from rest_framework import serializers

from marketplace.core.money import minor_to_decimal_string


def money_field(**kwargs: Any) -> serializers.CharField:
    """A decimal string such as ``"12.50"``; the currency stands beside it in ``currency``."""
    kwargs.setdefault("help_text", "Decimal string in major units, with the currency's places.")
    # Not \d, which takes the digits of every script, and as it stands: nothing is trimmed away.
    kwargs.setdefault("trim_whitespace", False)
    kwargs.setdefault("error_messages", {"invalid": "A decimal number in a string, such as 12.50."})
    return serializers.RegexField(r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$", **kwargs)


def money_members(currency: str, **amounts_minor: int) -> dict[str, str]:
    """Members of an answer: each amount as a decimal string, and ``currency``."""
    members = {
        name: minor_to_decimal_string(amount, currency) for name, amount in amounts_minor.items()
    }
    return {**members, "currency": currency}
