"""Reads of accounts: exact columns, one query, no locks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.users.models import User, UserProfile, VerificationStatus
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
    rows = UserProfile.objects.filter(user_id__in=set(user_ids)).values(*CARD_COLUMNS)
    return {row["user_id"]: _card(row) for row in rows}


def list_emails(*, user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The addresses of these users, for pages of operators, in one query."""
    return dict(User.objects.filter(pk__in=set(user_ids)).values_list("pk", "email"))


def list_closed(*, user_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these users whose account is suspended or shut, in one query."""
    closed = User.objects.filter(pk__in=set(user_ids)).exclude(
        is_active=True, suspended_at__isnull=True
    )
    return frozenset(closed.values_list("pk", flat=True))


def list_levels(*, user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The verification level of each of these users, in one query."""
    rows = User.objects.filter(pk__in=set(user_ids))
    return dict(rows.values_list("pk", "verification_level"))


def get_public_card(*, user_id: UUID) -> PublicCard:
    """The card of an account that is open; raises NotFound for unknown, shut and suspended ones."""
    open_accounts = UserProfile.objects.filter(
        user_id=user_id, user__is_active=True, user__suspended_at__isnull=True
    )
    row = open_accounts.values(*CARD_COLUMNS).first()
    if row is None:
        raise NotFound("user")
    return _card(row)


def _card(row: dict[str, Any]) -> PublicCard:
    has_badge = row["user__verification_status"] == VerificationStatus.VERIFIED
    return PublicCard(
        id=row["user_id"],
        display_name=display_name(row["user__first_name"], row["user__last_name"]),
        profile_picture_url=row["user__profile_picture"],
        bio=row["bio"],
        social_links=row["social_links"],
        is_seller=Role.SELLER in row["user__roles"],
        is_featured=row["is_featured"],
        # That somebody handed in documents is their own business until they were approved.
        verification_status=(
            VerificationStatus.VERIFIED if has_badge else VerificationStatus.UNVERIFIED
        ).value,
        rating=row["rating"],
        total_reviews=row["total_reviews"],
        member_since=row["user__created_at"],
    )
