"""A rule as an operator asks for it, and whether it makes sense in itself."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.money import BASIS_POINTS, MAX_AMOUNT_MINOR, known_currencies
from marketplace.payments.errors import CommissionRuleInvalid
from marketplace.payments.models.commission_rule import SELLER_LEVELS

AMOUNTS = ("amount_from_minor", "amount_to_minor", "fixed_minor", "minimum_minor", "cap_minor")
RATES = ("rate_bps", "tax_bps", "buyer_share_bps")
JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommissionRule:
    """The members are those of the model; ``valid_from_at`` None is now."""

    name: str
    category_id: UUID | None = None
    seller_level: str = ""
    currency: str = ""
    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    is_promotional: bool = False
    valid_from_at: datetime | None = None
    valid_until_at: datetime | None = None
    rate_bps: int
    fixed_minor: int = 0
    minimum_minor: int = 0
    cap_minor: int | None = None
    tax_bps: int = 0
    tax_jurisdiction: str = ""
    buyer_share_bps: int = 0


def check_rule(rule: NewCommissionRule, *, now: datetime) -> None:
    """Raises :class:`CommissionRuleInvalid` with every field at fault."""
    faults: defaultdict[str, list[str]] = defaultdict(list)
    for check in (_scope, _period, _figures, _amounts):
        for field, text in check(rule, now):
            faults[field].append(text)
    if faults:
        raise CommissionRuleInvalid(next(iter(faults.values()))[0], fields=dict(faults))


def _scope(rule: NewCommissionRule, _now: datetime) -> Iterator[Fault]:
    if not 0 < len(rule.name.strip()) <= 100:
        yield "name", "Give it a name of up to 100 characters."
    if rule.seller_level and rule.seller_level not in SELLER_LEVELS:
        yield "seller_level", f"One of {', '.join(SELLER_LEVELS)}, or empty for any."
    if rule.currency and rule.currency not in known_currencies():
        yield "currency", "This is not an ISO 4217 currency code."


def _period(rule: NewCommissionRule, now: datetime) -> Iterator[Fault]:
    begins_at = rule.valid_from_at or now
    if begins_at < now:
        yield "valid_from_at", "A rule begins now or later: earlier sales have their terms."
    if rule.valid_until_at is not None and rule.valid_until_at <= begins_at:
        yield "valid_until_at", "The end must come after the beginning."
    if rule.is_promotional and rule.valid_until_at is None:
        yield "valid_until_at", "A promotion has an end."


def _figures(rule: NewCommissionRule, _now: datetime) -> Iterator[Fault]:
    for field in RATES:
        if not 0 <= getattr(rule, field) <= BASIS_POINTS:
            yield field, "From 0 to 100 %."
    if rule.tax_bps and not JURISDICTION.fullmatch(rule.tax_jurisdiction):
        yield "tax_jurisdiction", "Name the ISO 3166 code of who gets the tax, such as DE or US-CA."
    if rule.tax_jurisdiction and not rule.tax_bps:
        yield "tax_bps", "A jurisdiction without a tax rate means nothing."


def _amounts(rule: NewCommissionRule, _now: datetime) -> Iterator[Fault]:
    for field in AMOUNTS:
        amount_minor = getattr(rule, field)
        if amount_minor and not rule.currency:
            yield "currency", "An amount needs a currency; a rule without one has only rates."
            return
        if amount_minor is not None and not 0 <= amount_minor <= MAX_AMOUNT_MINOR:
            yield field, "The amount is below zero or too large."
    if rule.cap_minor is not None and rule.cap_minor < rule.minimum_minor:
        yield "cap_minor", "The cap is below the minimum."
    if rule.amount_to_minor is not None and rule.amount_to_minor <= (rule.amount_from_minor or 0):
        yield "amount_to_minor", "The tier ends before it begins."
