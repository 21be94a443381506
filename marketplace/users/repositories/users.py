"""Load and lock accounts."""

from collections.abc import Iterable
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from marketplace.core.actor import Role
from marketplace.core.errors import NotFound
from marketplace.users.models import User, UserProfile
from marketplace.users.phones import is_nobodys
from marketplace.users.snapshots import ProfileSnapshot, UserSnapshot
from marketplace.users.verification.shown import list_shown_documents


def lock_user(user_id: UUID) -> User:
    """The account, locked until the transaction ends; raises NotFound."""
    # NO KEY: rows that refer to the account may still be inserted meanwhile.
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise NotFound("user")
    return user


def is_reached_at(user: User, address: str) -> bool:
    """Whether a code sent to this address or telephone number comes to its owner, the locked user.

    A proved number may be taken away as lost, an address replaced.
    """
    if "@" in address:
        own: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=user, verified=True)
        return own.filter(email=address).exists()
    return user.phone_verified_at is not None and user.phone_number == address


def lock_profile(user_id: UUID) -> UserProfile:
    """The account's profile, locked; raises NotFound."""
    profile = UserProfile.objects.select_for_update(no_key=True).filter(user_id=user_id).first()
    if profile is None:
        raise NotFound("user")
    return profile


def snapshot(user: User) -> UserSnapshot:
    return UserSnapshot(
        id=user.pk,
        email="" if is_nobodys(user.email) else user.email,
        phone_number=user.phone_number,
        is_phone_verified=user.phone_verified_at is not None,
        first_name=user.first_name,
        last_name=user.last_name,
        profile_picture=user.profile_picture,
        user_type=user.user_type,
        roles=roles(user.roles),
        verification_status=user.verification_status,
        verification_level=user.verification_level,
        is_active=user.is_active,
        is_suspended=user.is_suspended,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def profile_snapshot(profile: UserProfile) -> ProfileSnapshot:
    return ProfileSnapshot(
        id=profile.pk,
        user_id=profile.user_id,
        bio=profile.bio,
        address=profile.address or None,
        id_verification_documents=list_shown_documents(profile.user_id),
        rating=profile.rating,
        total_reviews=profile.total_reviews,
        is_featured=profile.is_featured,
        social_links=profile.social_links,
        version=profile.version,
        created_at=profile.created_at,
        updated_at=profile.updated_at,
    )


def roles(names: Iterable[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)
