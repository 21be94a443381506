"""What an operator sets up before anybody trades: categories and what the platform takes."""

from collections.abc import Sequence

from demo.catalogue import DemoCategory
from marketplace.core import clock
from marketplace.payments.models import CommissionRule
from marketplace.products.models import Category

STORY_COMMISSION_BPS = 500


def story_category() -> str:
    """One category with a commission of 5 %; returns its id."""
    category, _ = Category.objects.get_or_create(slug="second-hand", name="Second hand")
    set_commission("Second hand", STORY_COMMISSION_BPS, category)
    return str(category.pk)


def set_commission(name: str, rate_bps: int, category: Category | None = None) -> None:
    """Take ``rate_bps`` of sales in ``category``, or of every sale, from now on."""
    at = clock.now()
    CommissionRule.objects.get_or_create(
        name=name,
        category_id=category.pk if category else None,
        defaults={
            "rate_bps": rate_bps,
            "valid_from_at": at,
            "created_at": at,
            "updated_at": at,
        },
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
