from collections import Counter
from dataclasses import replace
from uuid import UUID

from django.db.models import F

from marketplace.core.db import needs_transaction
from marketplace.users.models import SellerSale, SellerStats
from marketplace.users.snapshots import SaleFacts

FACTS = tuple(SaleFacts.__dataclass_fields__)


@needs_transaction
def follow_sale(*, sale: SaleFacts) -> bool:
    """Bring the seller's sums up to this sale as it is now; False when that was known.

    Whoever owns orders calls it whenever a sale has changed: late, doubled and out of order is as
    good as once and in order, since an older version never replaces a newer one.

    The sale's row is locked first and its seller's sums after it, never the other way round; the
    sums only when the sale adds something new to them, which most changes of a sale do not.
    """
    known = SellerSale.objects.filter(order_id=sale.order_id)
    before = known.select_for_update(no_key=True).first()
    if before is None:
        # A row to lock: of two states that arrive as the first, the other waits here.
        SellerSale.objects.bulk_create([uncounted(sale)], ignore_conflicts=True)
        before = known.select_for_update(no_key=True).get()
    if before.version >= sale.version:
        return False
    known.update(**{name: getattr(sale, name) for name in FACTS})
    change = sums_of(sale)
    change.subtract(sums_of(before))
    add_to_sums(sale.seller_id, {name: by for name, by in change.items() if by})
    return True


def add_to_sums(seller_id: UUID, change: dict[str, int]) -> None:
    """Move a seller's sums, from nothing where they have none yet."""
    if not change:
        return
    stats = SellerStats.objects.filter(seller_id=seller_id)
    moved = {name: F(name) + by for name, by in change.items()}
    if not stats.update(**moved):
        SellerStats.objects.bulk_create([SellerStats(seller_id=seller_id)], ignore_conflicts=True)
        stats.update(**moved)


def uncounted(sale: SaleFacts) -> SellerSale:
    """The sale before anything of it is in the sums."""
    nothing = replace(
        sale,
        version=0,
        is_paid=False,
        is_completed=False,
        is_called_off=False,
        is_refunded=False,
        is_disputed=False,
        ship_seconds=None,
    )
    return SellerSale(**{name: getattr(nothing, name) for name in FACTS})


def sums_of(sale: SaleFacts | SellerSale) -> Counter[str]:
    """What one sale adds."""
    return Counter(
        {
            "paid_sales": int(sale.is_paid),
            "completed_sales": int(sale.is_completed),
            "called_off_sales": int(sale.is_called_off),
            "refunded_sales": int(sale.is_refunded),
            "disputed_sales": int(sale.is_disputed),
            "shipped_sales": int(sale.ship_seconds is not None),
            "ship_seconds_total": sale.ship_seconds or 0,
        }
    )
