"""What came up since a payout was requested and keeps it from being sent, and what follows."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from marketplace.payments.errors import BankAccountBlocked, SellerOwesMoney, WalletInactive
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.models import Payout, PayoutStatus
from marketplace.payments.payout_reasons import PayoutReason
from marketplace.payments.payout_terms import APPROVERS
from marketplace.payments.repositories.payouts import lock_payout
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.repositories.wallets import is_stopped
from marketplace.payments.streams import facts

ACTOR = Actor.system("submit_payouts")


def read_debt(*, user_id: UUID, currency: str) -> Money:
    """What they owe in this currency, by one read. A debt that arises right after it is as one that
    arises after the payout was sent: their next sales settle it."""
    return get_balance(accounts.seller_receivable(user_id, currency))


def find_obstacle(payout: Payout) -> tuple[PayoutReason, DomainError] | None:
    """What keeps it from being approved and from being sent, and what an approval is refused with.

    Not under the lock of what is owed, the account or the wallet: an approval asks, and the job
    asks again right before the call.
    """
    owed = read_debt(user_id=payout.user_id, currency=payout.currency)
    if owed.is_positive:
        return (
            PayoutReason.OWES_US,
            SellerOwesMoney(
                f"The seller owes {owed}. Reject the payout: its money returns to the wallet, the "
                "debt is settled from it, and the rest can be withdrawn again. Or approve it once "
                "the debt is settled.",
                owed=owed.to_decimal_string(),
            ),
        )
    if payout.bank_account.blocked_at is not None:
        return (
            PayoutReason.BLOCKED_ACCOUNT,
            BankAccountBlocked(
                "A payout to this bank account came back. Clear the account, or reject this "
                "payout: the seller can withdraw to a corrected one."
            ),
        )
    if is_stopped(payout.wallet):
        return (
            PayoutReason.SUSPENDED,
            WalletInactive(
                "The seller or their wallet is suspended. Reject the payout, and its money returns "
                "to the wallet; or approve it once the suspension is lifted."
            ),
        )
    return None


@opens_transaction
def set_payout_aside(*, payout_id: UUID, claims: int, reason: PayoutReason) -> bool:
    """Let one that a job has claimed, and not sent, wait for two operators; returns whether.

    Not when somebody else has claimed it since: then it may be at the provider. The claim is given
    back with it, so that it can be rejected and cancelled again.
    """
    payout = lock_payout(payout_id)
    if payout.status != PayoutStatus.REQUESTED or payout.checks != claims:
        return False
    aside = facts.PayoutSetAside(reasons=(reason.value,), approvals_needed=APPROVERS)
    append_to_payout(payout=payout, payout_id=payout.id, facts_to_add=[aside], actor=ACTOR)
    payout.next_check_at, payout.checks = None, 0
    payout.save(update_fields=["next_check_at", "checks"])
    return True
