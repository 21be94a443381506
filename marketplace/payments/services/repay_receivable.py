from uuid import UUID

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance, lock_balances
from marketplace.payments.streams import facts


@needs_transaction
def repay_receivable(
    *,
    cause_id: UUID,
    reference_id: UUID,
    seller_id: UUID,
    wallet_id: UUID,
    received: Money,
    of_payout: bool = False,
) -> list[facts.ReceivableRepaid]:
    """Settle what a seller owes out of what the wallet has just got; returns the facts to append.

    Once per ``cause_id``, the journal that filled the wallet. Nothing for a seller who owes
    nothing, which is nearly all of them: then it costs one read and no lock. A debt that arises at
    this very moment is settled by the next sale. ``of_payout``: it is money of a payout, come back.
    """
    owed_to_us = accounts.seller_receivable(seller_id, received.currency)
    if not received.is_positive or not get_balance(owed_to_us).is_positive:
        return []
    # Read again under the lock: another sale of the seller's may be repaying it now.
    owed = lock_balances([owed_to_us])[owed_to_us]
    amount = min(owed, received)
    if not amount.is_positive:
        return []
    journal_id = postings.post_receivable_repaid(
        cause_id=cause_id, reference_id=reference_id, seller_id=seller_id, amount=amount
    )
    return [
        facts.ReceivableRepaid(
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            wallet_id=wallet_id,
            journal_id=journal_id,
            of_payout=of_payout,
        )
    ]
