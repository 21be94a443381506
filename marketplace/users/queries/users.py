"""Reads of accounts: exact columns, one query, no locks."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.users.models import User, UserProfile
from marketplace.users.repositories.users import profile_snapshot, snapshot
from marketplace.users.snapshots import ProfileSnapshot, PublicCard, UserSnapshot, display_name

CARD_COLUMNS = (
    "user_id",
    "user__first_name",
    "user__last_name",
    "user__profile_picture",
    "user__roles",
    "user__verification_status",
    "user__created_at",
    "bio",
    "social_links",
    "is_featured",
    "rating",
    "total_reviews",
)


def get_user(*, user_id: UUID) -> UserSnapshot:
    """One account; raises NotFound."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound("user")
    return snapshot(user)


def get_profile(*, user_id: UUID) -> ProfileSnapshot:
    """One account's profile; raises NotFound."""
    profile = UserProfile.objects.filter(user_id=user_id).first()
    if profile is None:
        raise NotFound("user")
    return profile_snapshot(profile)


def get_public_cards(*, user_ids: Iterable[UUID]) -> dict[UUID, PublicCard]:
    """What anyone may know of these users, by id, in one query; unknown ids are left out.

    A suspended user keeps a card: past orders still name somebody.
    """
    rows = UserProfile.objects.filter(user_id__in=set(user_ids)).values_list(*CARD_COLUMNS)
    return {row[0]: _card(*row) for row in rows}


def get_public_card(*, user_id: UUID) -> PublicCard:
    """The card of an account that is open; raises NotFound for unknown, shut and suspended ones."""
    row = (
        UserProfile.objects.filter(
            user_id=user_id, user__is_active=True, user__suspended_at__isnull=True
        )
        .values_list(*CARD_COLUMNS)
        .first()
    )
    if row is None:
        raise NotFound("user")
    return _card(*row)


def _card(
    user_id: UUID,
    first_name: str,
    last_name: str,
    picture: str,
    roles: list[str],
    verification_status: str,
    created_at: object,
    bio: str,
    social_links: dict[str, str],
    is_featured: bool,
    rating: object,
    total_reviews: int,
) -> PublicCard:
    return PublicCard(
        id=user_id,
        display_name=display_name(first_name, last_name),
        profile_picture_url=picture,
        bio=bio,
        social_links=social_links,
        is_seller=Role.SELLER in roles,
        is_featured=is_featured,
        verification_status=verification_status,
        rating=rating,  # type: ignore[arg-type]
        total_reviews=total_reviews,
        member_since=created_at,  # type: ignore[arg-type]
    )
