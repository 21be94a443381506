"""What came up since a payout was requested and keeps it from being sent, and what follows."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.money import Money
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


def find_obstacle(payout: Payout) -> PayoutReason | None:
    """Read right before the call: its owner owes us money, a payout to its account came back and
    nobody has cleared the account, or withdrawals of its owner are stopped."""
    if read_debt(user_id=payout.user_id, currency=payout.currency).is_positive:
        return PayoutReason.OWES_US
    if payout.bank_account.blocked_at is not None:
        return PayoutReason.BLOCKED_ACCOUNT
    if is_stopped(payout.wallet):
        return PayoutReason.SUSPENDED
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
