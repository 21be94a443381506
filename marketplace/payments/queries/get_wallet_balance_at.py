from datetime import datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.payments.errors import MomentInTheFuture
from marketplace.payments.ledger.accounts import user_wallet
from marketplace.payments.ledger.balances import BalanceAt, get_balance_at


def get_wallet_balance_at(*, user_id: UUID, currency: str, at: datetime) -> BalanceAt:
    """What the user's wallet held at a past moment, in the order in which entries were posted.

    Zero at version 0 when it had not been used. Raises MomentInTheFuture.
    """
    if at > clock.database_now():
        raise MomentInTheFuture
    return get_balance_at(user_wallet(user_id, currency), at)
