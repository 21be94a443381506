"""A payout begins: out of the wallet, into the stream."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.events import PayoutRequested
from marketplace.payments.models import BankAccount, Payout, Wallet
from marketplace.payments.payout_terms import APPROVERS, PayoutTerms
from marketplace.payments.providers.factory import payout_provider
from marketplace.payments.repositories.bank_accounts import country_of
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.streams import facts


@needs_transaction
def open_payout(
    *,
    actor: Actor,
    wallet: Wallet,
    account: BankAccount,
    amount: Money,
    client_key: str,
    terms: PayoutTerms,
    reasons: Sequence[str],
    at: datetime,
) -> Payout:
    """Post it and pin its terms. With ``reasons`` to look at it, it waits for approval: no job
    takes it up."""
    payout_id = new_id()
    journal_id = postings.post_payout_requested(
        payout_id=payout_id, user_id=wallet.user_id, amount=amount
    )
    approvals_needed = APPROVERS if reasons else 0
    requested = facts.PayoutRequested(
        user_id=wallet.user_id,
        wallet_id=wallet.id,
        bank_account_id=account.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        provider=payout_provider(
            currency=amount.currency, country=country_of(account), number_kind=account.number_kind
        ),
        client_key=client_key,
        journal_id=journal_id,
        requested_at=at,
        policy=terms.to_json(),
        approvals_needed=approvals_needed,
        reasons=tuple(reasons),
    )
    payout = append_to_payout(
        payout=None,
        payout_id=payout_id,
        facts_to_add=[requested],
        actor=actor,
        new_payout=Payout(next_check_at=None if approvals_needed else at),
    )
    record(
        PayoutRequested(
            payout_id=payout_id,
            user_id=wallet.user_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
        ),
        key=payout_id,
    )
    return payout
