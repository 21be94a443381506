from collections import Counter

from django.db.models import F

from marketplace.core.db import needs_transaction
from marketplace.users.models import SellerSale, SellerStats
from marketplace.users.snapshots import SaleFacts

SUMS = (
    "paid_sales",
    "completed_sales",
    "called_off_sales",
    "refunded_sales",
    "disputed_sales",
    "shipped_sales",
    "ship_seconds_total",
)
FACTS = tuple(SaleFacts.__dataclass_fields__)


@needs_transaction
def follow_sale(*, sale: SaleFacts) -> bool:
    """Bring the seller's sums up to this sale as it is now; False when that was known.

    Whoever owns orders calls it whenever a sale has changed: late, doubled and out of order is as
    good as once and in order, since an older version never replaces a newer one.
    """
    known = SellerSale.objects.filter(order_id=sale.order_id)
    before = known.first()
    if before is not None:
        if before.version >= sale.version:
            return False
        # Most changes of a sale are none of its sums; nobody needs to wait for them.
        same = sums_of(before) == sums_of(sale)
        if same and known.filter(version=before.version).update(version=sale.version):
            return True
    # The sums' row is the lock: two states of one sale are taken in one after the other.
    stats = SellerStats.objects.select_for_update(no_key=True).filter(seller_id=sale.seller_id)
    if stats.first() is None:
        new = SellerStats(seller_id=sale.seller_id)
        SellerStats.objects.bulk_create([new], ignore_conflicts=True)
        stats.get()
    before = known.first()
    if before is not None and before.version >= sale.version:
        return False
    change = sums_of(sale)
    if before is not None:
        change.subtract(sums_of(before))
    SellerSale.objects.bulk_create(
        [SellerSale(**{name: getattr(sale, name) for name in FACTS})],
        update_conflicts=True,
        unique_fields=["order_id"],
        update_fields=[name for name in FACTS if name != "order_id"],
    )
    if any(change.values()):
        stats.update(**{name: F(name) + change[name] for name in SUMS if change[name]})
    return True


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
