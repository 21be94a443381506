"""What the platform takes of a sale."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from marketplace.core import clock
from marketplace.core.money import BASIS_POINTS, Money
from marketplace.payments.models import CommissionRule
from marketplace.payments.snapshots import CommissionTerms


def quote_commission(
    *,
    amount: Money,
    category_ids: Sequence[UUID],
    seller_id: UUID,
) -> CommissionTerms:
    """Terms for a sale of ``amount``, to be frozen on the order and the payment.

    ``category_ids`` come nearest first, then their ancestors: the first that has a valid rule
    wins, else the default rule, else nothing is taken. Of several valid rules in one place the one
    that began last wins. The commission is rounded half away from zero to whole minor units.
    """
    rule = _rule_for(category_ids)
    rate_bps = rule.rate_bps if rule else 0
    return CommissionTerms(
        rate_bps=rate_bps,
        rule_id=rule.id if rule else None,
        base=amount,
        commission=amount.share(rate_bps),
    )


def combine_commission(*, terms: Sequence[CommissionTerms]) -> CommissionTerms:
    """One set of terms for an order of several lines: bases and commissions are added up.

    Raises ValueError without terms and CurrencyMismatch for different currencies.
    """
    if not terms:
        raise ValueError("there is nothing to combine")
    if len(terms) == 1:
        return terms[0]
    base, commission = terms[0].base, terms[0].commission
    for part in terms[1:]:
        base, commission = base + part.base, commission + part.commission
    rule_ids = {part.rule_id for part in terms}
    rates = {part.rate_bps for part in terms}
    effective = (
        commission.amount_minor * BASIS_POINTS // base.amount_minor if base.is_positive else 0
    )
    return CommissionTerms(
        rate_bps=rates.pop() if len(rates) == 1 else effective,
        rule_id=rule_ids.pop() if len(rule_ids) == 1 else None,
        base=base,
        commission=commission,
        parts=tuple(terms),
    )


def _rule_for(category_ids: Sequence[UUID]) -> CommissionRule | None:
    at = clock.now()
    rules = CommissionRule.objects.filter(
        Q(category_id__in=category_ids) | Q(category_id__isnull=True),
        Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=at),
        valid_from_at__lte=at,
    ).order_by("valid_from_at", "id")
    newest = {rule.category_id: rule for rule in rules}
    for place in (*category_ids, None):
        if place in newest:
            return newest[place]
    return None
