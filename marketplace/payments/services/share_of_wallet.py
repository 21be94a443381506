from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import lock_balances


@needs_transaction
def share_of_wallet(
    *, user_id: UUID, owed: Money, order_id: UUID | None = None
) -> tuple[Money, Money]:
    """How much of ``owed`` the user's wallet has, and the rest; decided under its lock.

    Locks every account that the caller's journal will touch and that exists, those of the order
    too, in one go and so in id order: the journal then waits for nobody.
    """
    wallet = accounts.user_wallet(user_id, owed.currency)
    touched = [wallet, accounts.seller_receivable(user_id, owed.currency)]
    if order_id is not None:
        touched += [
            accounts.order_escrow(order_id, owed.currency),
            accounts.order_disputed(order_id, owed.currency),
        ]
    from_wallet = min(owed, lock_balances(touched)[wallet])
    return from_wallet, owed - from_wallet
