from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import lock_balances


@needs_transaction
def share_of_wallet(*, order_id: UUID, seller_id: UUID, owed: Money) -> tuple[Money, Money]:
    """How much of ``owed`` the seller's wallet has, and the rest; decided under its lock.

    Locks every account that the caller's journal will touch and that exists, in one go and so in
    id order: the journal then waits for nobody.
    """
    wallet = accounts.user_wallet(seller_id, owed.currency)
    balances = lock_balances(
        [
            wallet,
            accounts.seller_receivable(seller_id, owed.currency),
            accounts.order_escrow(order_id, owed.currency),
            accounts.order_disputed(order_id, owed.currency),
        ]
    )
    from_wallet = min(owed, balances[wallet])
    return from_wallet, owed - from_wallet
