from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.money import Money
from marketplace.payments.snapshots import PayoutSnapshot


@opens_transaction
def request_withdrawal(
    *, actor: Actor, amount: Money, bank_account_id: UUID, idempotency_key: str
) -> PayoutSnapshot:
    raise NotImplementedError
