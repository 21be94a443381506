"""What an operator sets up before anybody trades: categories, commission, approvals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from demo.catalogue import DemoCategory
from marketplace.core import clock
from marketplace.core.actor import Actor, ActorKind, Role
from marketplace.core.money import Money
from marketplace.payments.models import CommissionRule, PayoutPolicy
from marketplace.payments.services import NewCommissionRule, create_commission_rule
from marketplace.products.models import Category

STORY_COMMISSION = NewCommissionRule(name="Second hand", rate_bps=500)
SHARED_COMMISSION = NewCommissionRule(
    name="Collectors' items",
    currency="EUR",
    rate_bps=800,
    fixed_minor=30,
    tax_bps=1900,
    tax_jurisdiction="DE",
    buyer_share_bps=5000,
)
SETTER_UP = Actor(kind=ActorKind.SYSTEM, roles=frozenset({Role.ADMIN}), name="demo")


def story_category() -> str:
    """One category with a commission of 5 %; returns its id."""
    category, _ = Category.objects.get_or_create(slug="second-hand", name="Second hand")
    set_commission(STORY_COMMISSION, category)
    return str(category.pk)


def shared_category() -> str:
    """One whose commission has a fixed part and a tax, and is half the buyer's; returns its id."""
    category, _ = Category.objects.get_or_create(slug="collectors-items", name="Collectors' items")
    set_commission(SHARED_COMMISSION, category)
    return str(category.pk)


def set_commission(rule: NewCommissionRule, category: Category | None = None) -> None:
    """Take this of sales in ``category``, or of every sale, from now on; once."""
    placed = replace(rule, category_id=category.pk if category else None)
    there = CommissionRule.objects.filter(name=placed.name, category_id=placed.category_id)
    if not there.exists():
        create_commission_rule(actor=SETTER_UP, rule=placed, reason="The demo's set-up")


def set_promotion(category: Category, rate_bps: int, days: int) -> None:
    """Take less of sales in ``category`` for so many days."""
    promotion = NewCommissionRule(
        name=f"{category.name}: opening weeks",
        rate_bps=rate_bps,
        is_promotional=True,
        valid_until_at=clock.now() + timedelta(days=days),
    )
    set_commission(promotion, category)


def need_approval_above(amount: Money) -> None:
    """Payouts of more than ``amount`` wait for two operators from now on."""
    PayoutPolicy.objects.update_or_create(
        currency=amount.currency,
        verification_level=None,
        defaults={"approval_above_minor": amount.amount_minor, "updated_at": clock.now()},
    )


def make_categories(wanted: Sequence[DemoCategory]) -> dict[str, Category]:
    """The tree, parents first; returns it by slug."""
    made: dict[str, Category] = {}
    for row in wanted:
        made[row.slug], _ = Category.objects.get_or_create(
            slug=row.slug,
            defaults={
                "name": row.name,
                "description": row.description,
                "parent": made[row.parent] if row.parent else None,
            },
        )
    return made
