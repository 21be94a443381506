"""Telephone numbers: one form (E.164), and what stands for an address where there is none."""

import phonenumbers

from marketplace.core.errors import InvalidInput
from marketplace.core.ids import new_id

NO_MAIL_DOMAIN = "phone.invalid"
"""Nobody can own an address there (RFC 2606), and no letter is queued for one."""


def e164(value: object, *, field: str = "phone_number") -> str:
    """The number as +254712345678; raises InvalidInput."""
    try:
        number = phonenumbers.parse(str(value), None)
    except phonenumbers.NumberParseException as error:
        raise _not_a_number(field) from error
    if not phonenumbers.is_valid_number(number):
        raise _not_a_number(field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def address_of_nobody() -> str:
    """What an account that has only a telephone number keeps as its address."""
    return f"{new_id().hex}@{NO_MAIL_DOMAIN}"


def is_nobodys(email: str) -> bool:
    return email.endswith(f"@{NO_MAIL_DOMAIN}")


def _not_a_number(field: str) -> InvalidInput:
    return InvalidInput(
        fields={field: ["Not a telephone number in international form, such as +254712345678."]}
    )
