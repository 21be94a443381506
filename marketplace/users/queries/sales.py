"""Whether the sums of sellers are what the sales say."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.users.models import SellerSale
from marketplace.users.snapshots import SaleFacts


def list_differing_sales(*, sales: Sequence[SaleFacts]) -> list[UUID]:
    """Those of these sales that the read model does not know, or knows otherwise. One query."""
    known = SellerSale.objects.in_bulk([sale.order_id for sale in sales])
    return [
        sale.order_id
        for sale in sales
        if any(
            getattr(known.get(sale.order_id), name, ...) != getattr(sale, name)
            for name in SaleFacts.__dataclass_fields__
        )
    ]
