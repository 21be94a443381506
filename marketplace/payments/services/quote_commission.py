"""What the platform takes of a sale."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.core import clock
from marketplace.core.money import BASIS_POINTS, Money
from marketplace.payments.commission.charge import charge
from marketplace.payments.commission.choice import SaleFacts, choose, describe_conditions
from marketplace.payments.models import CommissionRule
from marketplace.payments.repositories.commission_rules import candidates
from marketplace.payments.snapshots import CommissionTerms, SaleLine
from marketplace.users.queries import get_user


def quote_commission(*, lines: Sequence[SaleLine], seller_id: UUID) -> CommissionTerms:
    """Terms for an order of these lines, to be frozen on the order and the payment.

    For each line the most specific rule wins (``commission.choice``); without any, nothing is
    taken. Tiers look at the order's goods together, and each rule takes its charge once, of all
    the lines that it governs: a basket is not dearer for having been split, nor cheaper.

    Raises ValueError without lines and CurrencyMismatch for different currencies.
    """
    if not lines:
        raise ValueError("there is nothing to sell")
    total = _sum([line.amount for line in lines])
    rules = candidates(
        category_ids=list({c for line in lines for c in line.category_ids}),
        currency=total.currency,
        at=(at := clock.now()),
    )
    # Most sales are governed by rules that name no level: then nobody is asked for it.
    level = get_user(user_id=seller_id).verification_level if _name_levels(rules) else ""
    governed: dict[UUID | None, list[Money]] = {}
    chosen: dict[UUID | None, CommissionRule | None] = {}
    for line in lines:
        rule = choose(rules, SaleFacts(line.category_ids, level, total, at))
        rule_id = rule.id if rule else None
        chosen[rule_id] = rule
        governed.setdefault(rule_id, []).append(line.amount)
    return combine_commission(
        terms=[terms_of(chosen[rule_id], _sum(bases)) for rule_id, bases in governed.items()]
    )


def terms_of(rule: CommissionRule | None, base: Money) -> CommissionTerms:
    """The terms of one rule, or of none, for goods worth ``base``."""
    if rule is None:
        return CommissionTerms(
            0, None, base, Money.zero(base.currency), explanation="No rule applies."
        )
    taken = charge(base, rule.rates)
    conditions = describe_conditions(rule, "of the goods") or ["every sale"]
    sums = "; ".join(f"{line.text}: {line.amount}" for line in taken.lines)
    return CommissionTerms(
        rate_bps=rule.rate_bps,
        rule_id=rule.id,
        base=base,
        commission=taken.commission,
        fixed_minor=rule.fixed_minor,
        tax_minor=taken.tax.amount_minor,
        tax_jurisdiction=rule.tax_jurisdiction,
        buyer_fee_minor=taken.buyer_fee.amount_minor,
        rule_name=rule.name,
        explanation=f"{rule.name} ({', '.join(conditions)}). {sums}.",
    )


def combine_commission(*, terms: Sequence[CommissionTerms]) -> CommissionTerms:
    """One set of terms for an order that several rules govern: every amount is added up.

    The tax has one jurisdiction: rules that can meet in an order name the same one (the constraint
    ``payments_commission_one_tax``). Raises ValueError without terms or for two jurisdictions, and
    CurrencyMismatch for different currencies.
    """
    if not terms:
        raise ValueError("there is nothing to combine")
    if len(terms) == 1:
        return terms[0]
    base, commission = _sum([t.base for t in terms]), _sum([t.commission for t in terms])
    jurisdictions = {part.tax_jurisdiction for part in terms if part.tax_minor}
    if len(jurisdictions) > 1:
        raise ValueError(f"taxes of {sorted(jurisdictions)} meet in one order")
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
        fixed_minor=sum(part.fixed_minor for part in terms),
        tax_minor=sum(part.tax_minor for part in terms),
        tax_jurisdiction=next(iter(jurisdictions), ""),
        buyer_fee_minor=sum(part.buyer_fee_minor for part in terms),
        rule_name=", ".join(part.rule_name or "no rule" for part in terms),
        explanation=" ".join(part.explanation for part in terms),
    )


def _name_levels(rules: Sequence[CommissionRule]) -> bool:
    return any(rule.seller_level for rule in rules)


def _sum(amounts: Sequence[Money]) -> Money:
    return sum(amounts[1:], start=amounts[0])
