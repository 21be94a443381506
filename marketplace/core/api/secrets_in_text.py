"""Card numbers, bank accounts and tokens in a text that is meant for something else.

People paste them into descriptions, notes and names. Nothing of ours wants them there: such a text
is refused before anything of it is stored, searched or sent. What is looked for is certain enough
that no order number or barcode is taken for one: the check sum, the length and the network's first
figures of a card (ISO/IEC 7812), the check digits of an IBAN (ISO 13616), the form of a signed
token (RFC 7519).
"""

import re

from marketplace.core.logs import JWT, passes_luhn

CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){13,18}(?![\w-])")
NETWORKS = (
    (re.compile(r"4"), {16, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"3(?:0[0-5]|[689])"), {14}),
    (re.compile(r"35(?:2[89]|[3-8])|6(?:011|4[4-9]|5|2)"), {16, 17, 18, 19}),
)
"""First figures and lengths: Visa, Mastercard, American Express, Diners, JCB and Discover."""
IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])")
THEIR_PLACE = re.compile(
    r"password|token|secret|credential|(^|_)(key|code|iban|phone|phone_number|email)$"
    r"|^(account_number|bank_code|paypal|stripe_account|tracking_number|cursor)$"
)
"""Members that are made for such a value, or whose own check is stricter."""


def holds_secret(text: str) -> bool:
    """Whether a card number, an IBAN or a signed token stands anywhere in it."""
    if len(text) < 14:
        return False
    if "eyJ" in text and JWT.search(text):
        return True
    if not any(character.isdigit() for character in text):
        return False
    return any(_is_card(found[0]) for found in CARD.finditer(text)) or any(
        _is_iban(found[0]) for found in IBAN.finditer(text.upper())
    )


def is_secret(text: str) -> bool:
    """Whether the whole of it is one. Names that clients make up, such as a UUID, hold figures in
    any order, so a part of one says nothing."""
    whole = text.strip()
    if CARD.fullmatch(whole):
        return _is_card(whole)
    if IBAN.fullmatch(whole.upper()):
        return _is_iban(whole.upper())
    return JWT.fullmatch(whole) is not None


def may_hold_secret(name: str) -> bool:
    """Whether a member of this name is made for one."""
    return THEIR_PLACE.search(name) is not None


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    is_known = any(begins.match(digits) and len(digits) in lengths for begins, lengths in NETWORKS)
    return is_known and passes_luhn(digits)


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "")
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97 == 1
