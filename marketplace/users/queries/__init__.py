"""Reads of the user service."""

from marketplace.users.queries.users import (
    get_profile,
    get_public_card,
    get_public_cards,
    get_user,
    list_closed,
)
from marketplace.users.snapshots import ProfileSnapshot, PublicCard, UserSnapshot

__all__ = [
    "ProfileSnapshot",
    "PublicCard",
    "UserSnapshot",
    "get_profile",
    "get_public_card",
    "get_public_cards",
    "get_user",
    "list_closed",
]
