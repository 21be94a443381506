from uuid import UUID

from marketplace.core.db import needs_transaction


@needs_transaction
def void_payment(*, order_id: UUID) -> None:
    raise NotImplementedError
