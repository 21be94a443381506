"""Why people look at a payout before it is sent: pinned on it, told to operators alone.

Its seller only sees that it waits. Whoever is told what gave them away goes round it next time.
"""

from collections.abc import Iterable
from enum import StrEnum


class PayoutReason(StrEnum):
    AMOUNT = "amount"
    ACCOUNT_VELOCITY = "account_velocity"
    SHARED_ACCOUNT = "shared_account"
    OWES_US = "owes_us"
    BLOCKED_ACCOUNT = "blocked_account"
    SUSPENDED = "suspended"
    FINDING = "finding"


WORDS = {
    PayoutReason.AMOUNT: "The amount is above what goes out unasked",
    PayoutReason.ACCOUNT_VELOCITY: (
        "More goes to this account number within 24 hours, from anybody, than goes out unasked"
    ),
    PayoutReason.SHARED_ACCOUNT: (
        "Somebody else keeps this account number, too, or a payout to it came back"
    ),
    PayoutReason.OWES_US: "The seller owes the platform money",
    PayoutReason.BLOCKED_ACCOUNT: "A payout to this account came back, and nobody has cleared it",
    PayoutReason.SUSPENDED: "The seller or their wallet is suspended",
    PayoutReason.FINDING: "A sale of the seller is to be looked at, or is confirmed as linked",
}

SHORT = {
    PayoutReason.AMOUNT: "large amount",
    PayoutReason.ACCOUNT_VELOCITY: "busy account number",
    PayoutReason.SHARED_ACCOUNT: "shared account number",
    PayoutReason.OWES_US: "owes us",
    PayoutReason.BLOCKED_ACCOUNT: "blocked account",
    PayoutReason.SUSPENDED: "suspended",
    PayoutReason.FINDING: "open finding",
}


def in_short(reasons: Iterable[str]) -> list[str]:
    """For a column of a list."""
    words = {reason.value: text for reason, text in SHORT.items()}
    return [words.get(reason, reason) for reason in reasons]


def in_words(reasons: Iterable[str]) -> list[str]:
    """A code that nobody knows any more is shown as it was recorded."""
    words = {reason.value: text for reason, text in WORDS.items()}
    return [words.get(reason, reason) for reason in reasons]
