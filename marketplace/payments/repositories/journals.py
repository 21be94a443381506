"""Journals by their business key, for commands whose replay may know more than the first call."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from marketplace.core.money import Money
from marketplace.payments.models import LedgerEntry, LedgerJournal


@dataclass(frozen=True, slots=True)
class Standing:
    """What the books say about one fact of a provider, in the first legs of its journals."""

    booked: Money | None
    """None when it was never posted, or what was posted has been taken back."""
    taken_back: frozenset[Money]
    """Every amount of it that was posted and taken back."""
    number: int
    """Of the posting that stands, or of the next one: a business key is used once for good."""


def read_standing(key_of: Callable[[int], str]) -> Standing:
    """How it stands under the keys of its first, second, … posting; lock the first key before."""
    number, taken_back = 1, frozenset[Money]()
    while (found := _first_leg(key_of(number))) is not None:
        amount, is_reversed = found
        if not is_reversed:
            return Standing(amount, taken_back, number)
        number, taken_back = number + 1, taken_back | {amount}
    return Standing(None, taken_back, number)


def _first_leg(business_key: str) -> tuple[Money, bool] | None:
    reversals = LedgerJournal.objects.filter(reverses_id=OuterRef("journal_id"))
    legs = LedgerEntry.objects.filter(journal__business_key=business_key, line=1)
    row = legs.values_list("amount_minor", "currency", Exists(reversals)).first()
    return (Money(abs(row[0]), row[1]), row[2]) if row else None
