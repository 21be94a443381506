"""What the platform says of a seller, to anybody who asks."""

from datetime import timedelta
from uuid import UUID

from marketplace.core.errors import NotFound
from marketplace.users.models import Avatar, SellerStats, User
from marketplace.users.queries.users import get_public_card
from marketplace.users.snapshots import SellerPage


def get_seller(*, seller_id: UUID) -> SellerPage:
    """The page of a seller who trades; NotFound for anybody else. Four queries."""
    card = get_public_card(user_id=seller_id)
    if not card.is_seller:
        raise NotFound("seller")
    level = User.objects.values_list("verification_level", flat=True).get(pk=seller_id)
    avatar = Avatar.objects.filter(user_id=seller_id, is_current=True).first()
    stats = SellerStats.objects.filter(seller_id=seller_id).first() or SellerStats()
    return SellerPage(
        card=card,
        picture_url=avatar.url("large") if avatar else "",
        verification_level=level,
        paid_sales=stats.paid_sales,
        completed_sales=stats.completed_sales,
        disputed_sales=stats.disputed_sales,
        called_off_sales=stats.called_off_sales,
        typical_time_to_ship=(
            timedelta(seconds=stats.ship_seconds_total // stats.shipped_sales)
            if stats.shipped_sales
            else None
        ),
    )
