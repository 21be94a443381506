from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.payments.snapshots import ReleaseSnapshot


@needs_transaction
def release_escrow(*, order_id: UUID) -> ReleaseSnapshot:
    raise NotImplementedError
