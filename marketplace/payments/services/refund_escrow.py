from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.payments.snapshots import RefundSnapshot


@needs_transaction
def refund_escrow(*, order_id: UUID, reason: str) -> RefundSnapshot:
    raise NotImplementedError
