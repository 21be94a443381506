"""Money of a payout that was not sent goes back into the wallet."""

from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.appointments import no_more
from marketplace.payments.errors import WithdrawalNotCancellable
from marketplace.payments.events import PayoutFailed
from marketplace.payments.models import Payout, PayoutStatus
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.services.repay_receivable import repay_receivable
from marketplace.payments.streams import facts


def check_not_sent(payout: Payout) -> None:
    """Nobody has begun to send it; call it under the payout's lock.

    A claim of the job counts before any call, and it is committed first: whoever sees none here
    can be sure that the claim, which needs this lock, will find nothing to send.
    """
    if payout.status != PayoutStatus.REQUESTED or payout.checks:
        raise WithdrawalNotCancellable(
            "It is on its way to the bank or has ended; what the bank returns comes back by itself."
        )


@needs_transaction
def repay_from(payout: Payout, journal_id: UUID) -> list[facts.ReceivableRepaid]:
    """What comes back into the wallet settles first what its owner owes; the facts to append."""
    return repay_receivable(
        cause_id=journal_id,
        reference_id=payout.id,
        seller_id=payout.user_id,
        wallet_id=payout.wallet_id,
        received=Money(payout.amount_minor, payout.currency),
        of_payout=True,
    )


@needs_transaction
def take_back(payout: Payout, *, why: facts.Fact, code: str, actor: Actor) -> None:
    """Record why, and put the money back: one journal, once per payout for good. What its owner
    owes is settled from it."""
    amount = Money(payout.amount_minor, payout.currency)
    journal_id = postings.post_payout_failed(
        payout_id=payout.id,
        user_id=payout.user_id,
        provider=payout.provider,
        amount=amount,
        after_paid=False,
    )
    failed = facts.PayoutFailed(
        code=code,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        wallet_id=payout.wallet_id,
        journal_id=journal_id,
    )
    repaid = repay_from(payout, journal_id)
    append_to_payout(
        payout=payout, payout_id=payout.id, facts_to_add=[why, failed, *repaid], actor=actor
    )
    no_more(payout)
    record(
        PayoutFailed(
            payout_id=payout.id,
            user_id=payout.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            code=code,
        ),
        key=payout.id,
    )
