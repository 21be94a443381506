"""Which escrow policy a sale follows."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from marketplace.orders.models import EscrowPolicy
from marketplace.orders.terms import EscrowTerms


class PolicyRepository:
    def terms_for(self, category_ids: Sequence[UUID]) -> EscrowTerms:
        """The policy of the first category that has one (nearest first), else the general one."""
        rows = EscrowPolicy.objects.filter(
            Q(category_id__in=category_ids) | Q(category_id__isnull=True)
        )
        by_category = {row.category_id: row for row in rows}
        for category_id in category_ids:
            if category_id in by_category:
                return by_category[category_id].terms()
        general = by_category.get(None)
        # An installation whose operator removed the row still has the defaults of the model.
        return (general or EscrowPolicy()).terms()
