"""Reads of second factors; no secret leaves through them."""

from uuid import UUID

from allauth.mfa.models import Authenticator

from marketplace.users.repositories.factors import (
    factor_snapshot,
    factors_of,
    has_strong_factor,
)
from marketplace.users.snapshots import FactorsSnapshot


def has_second_factor(*, user_id: UUID) -> bool:
    """Whether the person has an authenticator app or a passkey; one query."""
    return has_strong_factor(user_id)


def list_factors(*, user_id: UUID) -> FactorsSnapshot:
    """The person's factors, in one query."""
    rows = factors_of(user_id)
    kinds = Authenticator.Type
    codes = [row for row in rows if row.type == kinds.RECOVERY_CODES]
    return FactorsSnapshot(
        totp=next((factor_snapshot(row) for row in rows if row.type == kinds.TOTP), None),
        passkeys=tuple(factor_snapshot(row) for row in rows if row.type == kinds.WEBAUTHN),
        recovery_codes_left=sum(len(row.wrap().get_unused_codes()) for row in codes),
    )
