"""Who makes a request: the bearer of an access token."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.users import tokens
from marketplace.users.errors import AccessTokenExpired, AccessTokenRefused, AccountSuspended
from marketplace.users.models import User
from marketplace.users.repositories.sign_ins import find_bearer
from marketplace.users.tokens import TokenExpired, TokenRefused, TokenUse

SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class SignInRef:
    """``request.auth``: the sign-in that the access token belongs to."""

    sign_in_id: UUID


def sign_in_of(request: Request) -> SignInRef:
    """The sign-in of an authenticated request."""
    assert isinstance(request.auth, SignInRef)  # noqa: S101
    return request.auth


def user_id_of(request: Request) -> UUID:
    """Who makes an authenticated request."""
    user_id: UUID | None = request.user.pk
    assert user_id is not None  # noqa: S101
    return user_id


class JWTAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``; one query that also sees sign-out, suspension
    and roles, so that each of them binds on the very next request.

    Errors: those of ``refuses``, which the OpenAPI document lists for every such operation.
    """

    refuses = (AccessTokenRefused, AccessTokenExpired, AccountSuspended)

    def authenticate(self, request: Request) -> tuple[User, SignInRef] | None:
        header: str = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != SCHEME:
            return None
        try:
            claims = tokens.read(token.strip(), TokenUse.ACCESS)
        except TokenExpired as expired:
            raise AccessTokenExpired from expired
        except TokenRefused as refusal:
            raise AccessTokenRefused from refusal
        bearer = find_bearer(sign_in_id=claims.sign_in_id, user_id=claims.user_id)
        if bearer is None:
            raise AccessTokenRefused
        if bearer.user.is_suspended or not bearer.user.is_active:
            raise AccountSuspended
        if bearer.ended_at is not None or bearer.expires_at <= clock.now():
            raise AccessTokenRefused
        if bearer.user.is_staff and not bearer.with_factor:
            _act_as_anybody(bearer.user)
        return bearer.user, SignInRef(claims.sign_in_id)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="fairhold"'


def _act_as_anybody(user: User) -> None:
    """What staff may do, the API lets them do as the desk does: with a second factor (ADR 0100).

    The row is not touched: it is this request that comes without the powers.
    """
    if settings.ADMIN_SECOND_FACTOR != "offered":
        user.is_staff = False
        user.roles = [role for role in user.roles if role != Role.ADMIN]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document calls it; the documentation page asks for the token by this."""

    target_class = JWTAuthentication
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` that `/api/v1/auth/sign-in/` answers.",
        }
