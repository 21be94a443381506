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
from marketplace.payments.repositories.bank_accounts import is_shared
from marketplace.payments.repositories.findings import has_open_finding
from marketplace.payments.repositories.payout_limits import is_busy_account
from marketplace.payments.services._payout_obstacles import read_debt


@needs_transaction
def reasons_to_look(
    *, wallet: Wallet, account: BankAccount, amount: Money, terms: PayoutTerms, at: datetime
) -> tuple[str, ...]:
    """Why this payout waits for approval; nothing where it does not.

    Asked under the wallet's lock, so that no other payout of this wallet begins meanwhile.
    """
    asked = {
        PayoutReason.AMOUNT: terms.is_large(amount.amount_minor),
        PayoutReason.OWES_US: read_debt(
            user_id=wallet.user_id, currency=wallet.currency
        ).is_positive,
        PayoutReason.SHARED_ACCOUNT: terms.shared_account_waits and is_shared(account),
        PayoutReason.FINDING: has_open_finding(wallet.user_id),
        # Last: it takes a lock, after which nothing else of the money core is locked.
        PayoutReason.ACCOUNT_VELOCITY: is_busy_account(account, adding=amount, terms=terms, at=at),
    }
    return tuple(reason.value for reason, holds in asked.items() if holds)
