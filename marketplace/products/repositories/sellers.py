"""Sellers as the catalogue shows them, from the user service."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from marketplace.users.queries import get_public_cards, get_user, list_closed


def list_selling(seller_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The public cards of those sellers who may sell now, as JSON values; suspended and closed
    accounts are absent. Two queries."""
    wanted = set(seller_ids)
    closed = list_closed(user_ids=wanted)
    return {
        seller_id: {
            "id": str(seller_id),
            "display_name": card.display_name,
            "profile_picture_url": card.profile_picture_url,
            "verification_status": card.verification_status,
            "rating": f"{card.rating:.2f}",
            "total_reviews": card.total_reviews,
        }
        for seller_id, card in get_public_cards(user_ids=wanted - closed).items()
    }


def verification_status_of(seller_id: UUID) -> str:
    return get_user(user_id=seller_id).verification_status
