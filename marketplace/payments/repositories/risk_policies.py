"""When a sale is looked at, as data."""

from uuid import UUID

from django.db.models import Q

from marketplace.core.level_scope import members_for
from marketplace.payments.models import RiskPolicy
from marketplace.users.queries import get_user

BUYERS = "buyers_per_instrument"


def read_buyers_per_instrument(*, seller_id: UUID, currency: str) -> int | None:
    """How many people may pay with one card or account within a day; None: however many.

    One query where no row says anything, which is how a platform begins.
    """
    said = RiskPolicy.objects.filter(buyers_per_instrument__isnull=False)
    rows = list(said.filter(Q(currency=currency) | Q(currency__isnull=True)))
    if not rows:
        return None
    level = get_user(user_id=seller_id).verification_level
    return members_for(rows, names=[BUYERS], level=level, currency=currency).get(BUYERS)
