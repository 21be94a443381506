"""Whether people look at a payout before it is sent: asked by a request and by the scheduled run.

Nobody is refused on suspicion, and nobody is told what gave them away: the payout waits for two
operators.
"""

from datetime import datetime

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.models import BankAccount, Wallet
from marketplace.payments.payout_reasons import PayoutReason
from marketplace.payments.payout_terms import PayoutTerms


@needs_transaction
def reasons_to_look(
    *, wallet: Wallet, account: BankAccount, amount: Money, terms: PayoutTerms, at: datetime
) -> tuple[str, ...]:
    """Why this payout waits for approval; nothing where it does not.

    Asked under the wallet's lock, so that no other payout of this wallet begins meanwhile.
    """
    asked = {
        PayoutReason.AMOUNT: terms.is_large(amount.amount_minor),
    }
    return tuple(reason.value for reason, holds in asked.items() if holds)
