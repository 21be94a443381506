"""Load, lock and end sign-ins."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from marketplace.core import clock
from marketplace.users.models import SignIn, SignInEnd, User

BEARER_COLUMNS = (
    "id",
    "email",
    "first_name",
    "last_name",
    "user_type",
    "roles",
    "verification_status",
    "verification_level",
    "is_active",
    "is_staff",
    "suspended_at",
)
# One statement per request of a signed-in user, so it is written out: the query compiler alone
# would cost more than the database does.
BEARER_SQL = f"""
    SELECT s.ended_at, s.expires_at, s.with_factor,
           {", ".join(f"u.{column}" for column in BEARER_COLUMNS)}
    FROM users_sign_in s JOIN users_user u ON u.id = s.user_id
    WHERE s.id = %s AND s.user_id = %s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds an access token, and the state of the sign-in that it belongs to."""

    user: User
    ended_at: datetime | None
    expires_at: datetime
    with_factor: bool


def find_bearer(*, sign_in_id: UUID, user_id: UUID) -> Bearer | None:
    """The user of a sign-in, when that ended and when it expires: one query.

    Only the columns that requests need are loaded; another one costs a query of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEARER_SQL, [sign_in_id, user_id])
        row = cursor.fetchone()
    if row is None:
        return None
    ended_at, expires_at, with_factor, *values = row
    user = User.from_db(connection.alias, BEARER_COLUMNS, values)
    return Bearer(user, ended_at, expires_at, with_factor)


def lock_sign_in(sign_in_id: UUID) -> SignIn | None:
    """The sign-in, locked: two refreshes of one family happen one after the other."""
    return SignIn.objects.select_for_update(no_key=True).filter(pk=sign_in_id).first()


def end_sign_ins(
    *, user_id: UUID, reason: SignInEnd, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End the user's live sign-ins (``only`` one, or all ``but`` one); returns how many."""
    live = SignIn.objects.filter(user_id=user_id, ended_at__isnull=True)
    if only is not None:
        live = live.filter(pk=only)
    if but is not None:
        live = live.exclude(pk=but)
    return live.update(ended_at=clock.now(), end_reason=reason)
