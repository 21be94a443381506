"""Whether the sums of sellers are what the sales say."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from marketplace.users.models import SellerSale, SellerStats
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


def list_differing_sellers() -> list[UUID]:
    """Those whose sums are not what their sales in the read model add up to. Two queries."""
    counted = (
        SellerSale.objects.values("seller_id")
        .annotate(
            paid_sales=Count("pk", filter=Q(is_paid=True)),
            completed_sales=Count("pk", filter=Q(is_completed=True)),
            called_off_sales=Count("pk", filter=Q(is_called_off=True)),
            refunded_sales=Count("pk", filter=Q(is_refunded=True)),
            disputed_sales=Count("pk", filter=Q(is_disputed=True)),
            shipped_sales=Count("ship_seconds"),
            ship_seconds_total=Coalesce(Sum("ship_seconds"), 0),
        )
        .values_list("seller_id", *SellerStats.SUMS)
    )
    kept = SellerStats.objects.values_list("seller_id", *SellerStats.SUMS)
    # A seller none of whose sales counts yet may have a row of noughts or none.
    rows = [*counted.difference(kept), *kept.difference(counted)]
    return sorted({seller_id for seller_id, *sums in rows if any(sums)})
