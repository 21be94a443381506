"""Load and lock what somebody shows beside a password."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from marketplace.core.db import needs_transaction
from marketplace.users.models import Factor, FactorEnrolment, FactorGuard
from marketplace.users.snapshots import FactorSnapshot

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
FACTOR_OF = {
    Authenticator.Type.TOTP: Factor.TOTP,
    Authenticator.Type.WEBAUTHN: Factor.PASSKEY,
    Authenticator.Type.RECOVERY_CODES: Factor.RECOVERY_CODE,
}


def has_strong_factor(user_id: UUID) -> bool:
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=STRONG).exists())


def factors_of(user_id: UUID) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user_id=user_id).order_by("pk"))


@needs_transaction
def lock_guard(user_id: UUID, *, at: datetime) -> FactorGuard:
    """The person's counter of wrong codes, locked: their codes are judged one at a time."""
    FactorGuard.objects.bulk_create(
        [FactorGuard(user_id=user_id, window_began_at=at)], ignore_conflicts=True
    )
    return FactorGuard.objects.select_for_update().get(user_id=user_id)


@needs_transaction
def lock_factors(user_id: UUID) -> list[Authenticator]:
    """All of the person's factors, locked, oldest first."""
    rows = Authenticator.objects.select_for_update().filter(user_id=user_id)
    return list(rows.order_by("pk"))


@needs_transaction
def lock_enrolment(
    enrolment_id: UUID, *, user_id: UUID, sign_in_id: UUID, kind: str
) -> FactorEnrolment | None:
    """The person's enrolment on this device, locked."""
    rows = FactorEnrolment.objects.select_for_update()
    return rows.filter(pk=enrolment_id, user_id=user_id, sign_in_id=sign_in_id, kind=kind).first()


def public_id(row: Authenticator) -> UUID:
    """Ids of the API are UUIDs; allauth numbers its rows."""
    return UUID(int=row.pk)


def factor_snapshot(row: Authenticator) -> FactorSnapshot:
    return FactorSnapshot(
        id=public_id(row),
        factor=FACTOR_OF[row.type],
        name=row.data.get("name", ""),
        signs_in_alone=bool(row.type == Authenticator.Type.WEBAUTHN and row.wrap().is_passwordless),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
