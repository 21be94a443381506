"""Rows of policy for a currency, a verification level, or both: the most specific that speaks wins.

Each member is looked up by itself: currency and level, then currency, then level, then everything.
What no row says, the caller decides.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.db.models import Q

LADDER = ("T0", "T1", "T2", "T3")


class LevelScope(models.Model):
    """Where a row holds; ``constraints_of_scope`` keeps it to one row for each."""

    currency = models.CharField(
        max_length=3, null=True, blank=True, help_text="Empty: every currency."
    )
    verification_level = models.CharField(
        max_length=2,
        null=True,
        blank=True,
        choices=[(level, level) for level in LADDER],
        help_text="Empty: every level.",
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        who = f"level {self.verification_level}" if self.verification_level else "every level"
        return f"{self.currency or 'every currency'}, {who}"


def constraints_of_scope(prefix: str) -> tuple[models.BaseConstraint, ...]:
    return (
        models.UniqueConstraint(
            fields=["currency", "verification_level"], nulls_distinct=False, name=f"{prefix}_once"
        ),
        models.CheckConstraint(
            condition=Q(currency__isnull=True) | Q(currency__regex="^[A-Z]{3}$"),
            name=f"{prefix}_currency_iso",
        ),
        models.CheckConstraint(
            condition=Q(verification_level__isnull=True) | Q(verification_level__in=LADDER),
            name=f"{prefix}_level_known",
        ),
    )


def members_for(
    rows: Iterable[LevelScope], *, names: Iterable[str], level: str, currency: str
) -> dict[str, Any]:
    """What the rows say for this level and currency, by name; a member that none names is left
    out."""
    ranked = sorted(
        (
            row
            for row in rows
            if row.currency in (currency, None) and row.verification_level in (level, None)
        ),
        key=lambda row: (row.currency is not None, row.verification_level is not None),
        reverse=True,
    )
    found = {}
    for name in names:
        said = (getattr(row, name, None) for row in ranked)
        if (value := next((each for each in said if each is not None), None)) is not None:
            found[name] = value
    return found


def lifted_by(level: str, limit_at: Callable[[str], int | None]) -> str | None:
    """The lowest level above this one that allows more; None where none does."""
    limit = limit_at(level)
    if limit is None or level not in LADDER:
        return None
    for above in LADDER[LADDER.index(level) + 1 :]:
        higher = limit_at(above)
        if higher is None or higher > limit:
            return above
    return None
