from uuid import UUID

from allauth.mfa.models import Authenticator

from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.users.repositories.factors import factor_snapshot
from marketplace.users.snapshots import FactorSnapshot


@opens_transaction
def rename_passkey(*, user_id: UUID, factor_id: UUID, name: str) -> FactorSnapshot:
    """Call a passkey what its owner knows it by. Errors: NotFound."""
    row = (
        Authenticator.objects.select_for_update()
        .filter(pk=factor_id.int, user_id=user_id, type=Authenticator.Type.WEBAUTHN)
        .first()
    )
    if row is None:
        raise NotFound("passkey")
    row.data["name"] = name
    row.save(update_fields=["data"])
    return factor_snapshot(row)
