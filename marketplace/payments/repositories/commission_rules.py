"""Find commission rules: there are hundreds, and only those of a moment count for a sale."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.payments.models import CommissionRule

WRITING = 0x636F6D6D  # "comm"


def rules_valid_at(at: datetime) -> QuerySet[CommissionRule]:
    """In the order of their ids."""
    return CommissionRule.objects.filter(
        Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=at), valid_from_at__lte=at
    ).order_by("id")


def candidates(
    *, category_ids: Sequence[UUID], currency: str, at: datetime
) -> list[CommissionRule]:
    """Every rule that may govern a sale in these categories. One query."""
    return list(
        rules_valid_at(at).filter(
            Q(category_id__in=category_ids) | Q(category_id__isnull=True),
            currency__in=("", currency),
        )
    )


@needs_transaction
def lock_writing() -> None:
    """One operator writes rules at a time, until the commit.

    Not what keeps ties out (constraints do): it lets the one who comes second see the first one's
    rule and be told its name.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])


@needs_transaction
def lock_rule(rule_id: UUID) -> CommissionRule:
    rule = CommissionRule.objects.select_for_update(no_key=True).filter(id=rule_id).first()
    if rule is None:
        raise NotFound("commission rule")
    return rule


def find_tie(rule: CommissionRule) -> CommissionRule | None:
    """Another rule with the same conditions that could win for the same sale, if there is one.

    Says in the ORM what the constraint ``payments_commission_no_tie`` says in the database.
    """
    tier = Q(amount_from_minor__isnull=False) | Q(amount_to_minor__isnull=False)
    has_tier = rule.amount_from_minor is not None or rule.amount_to_minor is not None
    same = _overlapping(rule).filter(
        category_id=rule.category_id,
        seller_level=rule.seller_level,
        currency=rule.currency,
        is_promotional=rule.is_promotional,
    )
    same = same.filter(tier) if has_tier else same.exclude(tier)
    if rule.amount_to_minor is not None:
        same = same.filter(
            Q(amount_from_minor__isnull=True) | Q(amount_from_minor__lt=rule.amount_to_minor)
        )
    if rule.amount_from_minor is not None:
        same = same.filter(
            Q(amount_to_minor__isnull=True) | Q(amount_to_minor__gt=rule.amount_from_minor)
        )
    return same.first()


def find_other_tax(rule: CommissionRule) -> CommissionRule | None:
    """A rule that can meet this one in an order and taxes for another jurisdiction, if any."""
    if not rule.tax_bps:
        return None
    others = (
        _overlapping(rule).filter(tax_bps__gt=0).exclude(tax_jurisdiction=rule.tax_jurisdiction)
    )
    if rule.currency:
        others = others.filter(currency__in=("", rule.currency))
    return others.first()


def _overlapping(rule: CommissionRule) -> QuerySet[CommissionRule]:
    others = CommissionRule.objects.exclude(id=rule.id).order_by("id")
    # What was ended before it began has no period at all.
    others = others.exclude(valid_until_at=F("valid_from_at"))
    if rule.valid_until_at is not None:
        others = others.filter(valid_from_at__lt=rule.valid_until_at)
    return others.filter(Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=rule.valid_from_at))
