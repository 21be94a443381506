"""Where a payout can go, as people write it."""

import re

from marketplace.payments.errors import InvalidBankAccount
from marketplace.payments.models import NumberKind

IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
ACCOUNT_NUMBER = re.compile(r"[A-Z0-9]{4,34}")
BANK_CODE = re.compile(r"[A-Z0-9_-]{1,20}")
STRIPE_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{8,30}")
PAYPAL_ID = re.compile(r"[A-Z0-9]{13}")
PAYPAL_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAX_PAYPAL_EMAIL_LENGTH = 127
"""PayPal's limit on ``receiver``."""


def read_number(
    iban: str, account_number: str, paypal: str, stripe_account: str
) -> tuple[NumberKind, str]:
    """Which of them was sent, as it is kept; raises :class:`InvalidBankAccount`."""
    iban = re.sub(r"\s", "", iban).upper()
    account_number = re.sub(r"[\s-]", "", account_number).upper()
    paypal = paypal.strip()
    stripe_account = stripe_account.strip()
    if [bool(iban), bool(account_number), bool(paypal), bool(stripe_account)].count(True) != 1:
        raise InvalidBankAccount("Send one of iban, account_number, paypal and stripe_account.")
    if stripe_account:
        if not STRIPE_ACCOUNT.fullmatch(stripe_account):
            raise InvalidBankAccount(
                "A connected account's id begins with acct_.",
                fields={"stripe_account": ["This is not the id of a connected account."]},
            )
        return NumberKind.STRIPE_ACCOUNT, stripe_account
    if paypal:
        return NumberKind.PAYPAL, _paypal(paypal)
    if iban:
        if not _is_iban(iban):
            raise InvalidBankAccount(
                "The IBAN's check digits or length are wrong.",
                fields={"iban": ["This is not an IBAN."]},
            )
        return NumberKind.IBAN, iban
    if not ACCOUNT_NUMBER.fullmatch(account_number):
        raise InvalidBankAccount(
            "An account number has 4 to 34 letters and digits.",
            fields={"account_number": ["This is not an account number."]},
        )
    return NumberKind.ACCOUNT_NUMBER, account_number


def _paypal(receiver: str) -> str:
    if PAYPAL_ID.fullmatch(receiver):
        return receiver
    if len(receiver) > MAX_PAYPAL_EMAIL_LENGTH or not PAYPAL_EMAIL.fullmatch(receiver):
        raise InvalidBankAccount(
            "A PayPal account is named by its email address or its account id.",
            fields={"paypal": ["This is not a PayPal account."]},
        )
    return receiver.lower()


def read_bank_code(kind: NumberKind, bank_code: str) -> str:
    """The bank's code as it is kept; raises :class:`InvalidBankAccount`."""
    bank_code = bank_code.strip().upper()
    if bank_code and (kind != NumberKind.ACCOUNT_NUMBER or not BANK_CODE.fullmatch(bank_code)):
        raise InvalidBankAccount(
            "A bank code has up to 20 letters and digits and goes with an account number.",
            fields={"bank_code": ["This is not a bank code for such an account."]},
        )
    return bank_code


def _is_iban(value: str) -> bool:
    """ISO 13616: letters become numbers, the first four go last, the remainder by 97 is 1."""
    if not IBAN.fullmatch(value):
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1
