"""How long things are kept: rules that services register, periods that operators may change.

One job, ``core.sweep_retention``, goes through the rules and removes a portion of what each no
longer keeps, until nothing is left. A rule without a sweep is a period that something else reads
(how long an erasure can be taken back, for one).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from marketplace.core import clock
from marketplace.core.models import RetentionPolicy

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """``sweep`` removes one portion of what is older than the moment it is given, and returns how
    many rows that were; it finds them by an index, oldest first."""

    name: str
    title: str
    days: int
    """Unless an operator decided otherwise."""
    reason: str
    least_days: int = 1
    most_days: int = 36_500
    sweep: Callable[[datetime], int] | None = None


_rules: dict[str, RetentionRule] = {}


def register_retention(rule: RetentionRule) -> None:
    if rule.name in _rules:
        raise ValueError(f"retention rule {rule.name} is registered twice")
    if not rule.least_days <= rule.days <= rule.most_days:
        raise ValueError(f"retention rule {rule.name}: its default is out of its range")
    _rules[rule.name] = rule


def retention_rules() -> Mapping[str, RetentionRule]:
    return _rules


def kept_for(name: str) -> timedelta:
    """The period of a rule as it is now; the rule's range counts also against a row."""
    rule = _rules[name]
    days = RetentionPolicy.objects.filter(pk=name).values_list("days", flat=True).first()
    if days is None:
        days = rule.days
    return timedelta(days=min(max(days, rule.least_days), rule.most_days))


def write_missing_policies() -> None:
    """A row for each rule, so that an operator sees and edits every period there is."""
    now = clock.now()
    RetentionPolicy.objects.bulk_create(
        [
            RetentionPolicy(name=rule.name, days=rule.days, reason=rule.reason, updated_at=now)
            for rule in _rules.values()
        ],
        ignore_conflicts=True,
    )


def sweep_retention() -> int:
    """One portion of every rule; returns how many rows went. One rule's failure stops no other."""
    write_missing_policies()
    return sum(_sweep(rule) for rule in _rules.values())


def _sweep(rule: RetentionRule) -> int:
    if rule.sweep is None:
        return 0
    now = clock.database_now()
    try:
        with transaction.atomic():
            removed = rule.sweep(now - kept_for(rule.name))
            swept = {"removed": F("removed") + removed} if removed else {"swept_at": now}
            RetentionPolicy.objects.filter(pk=rule.name).update(**swept)
    except Exception:
        # What this rule keeps too long, the admin shows by an old `swept_at`.
        log.exception("retention_sweep_failed", rule=rule.name)
        return 0
    return removed
