from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.payments.snapshots import HoldOutcome


@needs_transaction
def hold_captured_funds(*, payment_id: UUID, attempt_id: UUID) -> HoldOutcome:
    raise NotImplementedError
