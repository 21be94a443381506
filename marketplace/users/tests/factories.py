"""People for tests, here and in every other service."""

from collections.abc import Iterable
from itertools import count
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from marketplace.core.actor import Actor, Role
from marketplace.users import services
from marketplace.users.models import User, UserProfile, UserType
from marketplace.users.snapshots import SignInTokens

PASSWORD = "a quiet harbour at dawn"
_numbers = count(1)


def make_user(
    *,
    email: str | None = None,
    password: str = PASSWORD,
    roles: Iterable[Role] = (Role.BUYER,),
    is_email_verified: bool = True,
    **fields: Any,
) -> User:
    """A stored account with a profile and a verified address; a buyer unless told otherwise."""
    number = next(_numbers)
    roles = list(roles)
    user_type = next(
        (kind for kind in (UserType.ADMIN, UserType.SELLER) if kind.value in roles), UserType.BUYER
    )
    values = {
        "first_name": "Marigold",
        "last_name": f"Lantern{number}",
        "user_type": user_type,
        **fields,
    }
    # The badge goes with the level, as in the database.
    if values.get("verification_status") == "VERIFIED":
        values.setdefault("verification_level", "T2")
    if values.get("verification_level") in ("T2", "T3"):
        values["verification_status"] = "VERIFIED"
    user = User.objects.create_user(
        email or f"person{number}@example.com", password, roles=roles, **values
    )
    UserProfile.objects.create(user=user)
    EmailAddress.objects.create(
        user=user, email=user.email, primary=True, verified=is_email_verified
    )
    return user


def make_buyer(**fields: Any) -> User:
    return make_user(roles=(Role.BUYER,), **fields)


def make_seller(**fields: Any) -> User:
    return make_user(roles=(Role.BUYER, Role.SELLER), **fields)


def make_admin(**fields: Any) -> User:
    return make_user(roles=(Role.ADMIN,), is_staff=True, **fields)


def make_staff(*staff_roles: str, **fields: Any) -> User:
    """A member of staff with these staff roles, who neither buys nor sells."""
    user = make_user(roles=(), is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=staff_roles))
    return user


def sign_in(user: User | UUID) -> SignInTokens:
    """Real tokens, without the cost of a password."""
    user_id = user if isinstance(user, UUID) else user.pk
    return services.start_sign_in(user_id=user_id, ip_address="127.0.0.1", user_agent="tests")


def authorized_client(user: User | UUID) -> APIClient:
    """A client that sends a real access token of this user."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


def actor(user: User) -> Actor:
    roles = (Role(role) for role in user.roles)
    return Actor.user(user.pk, *roles, permissions=user.held_permissions)
