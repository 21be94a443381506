from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.payments.ledger.accounts import seller_receivable, user_wallet
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.models import BankAccount, PaymentEvent, Payout, PayoutStatus
from marketplace.payments.payout_reasons import in_words
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.payments.repositories.holds import Withdrawable, read_holds
from marketplace.payments.repositories.payout_limits import read_limit_use
from marketplace.payments.repositories.wallets import is_stopped
from marketplace.users.queries import UserSnapshot, get_user

MOST_COUNTED = 1000
"""Where counting earlier payouts stops."""
DECISIONS = {
    "PayoutApproved": "approved",
    "PayoutRejected": "rejected",
    "PayoutSetAside": "set aside, with approvals from anew",
    "PayoutCancelled": "cancelled by the seller",
}


@dataclass(frozen=True, slots=True)
class PayoutDecision:
    at: datetime
    what: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """What somebody who approves a payout should have seen."""

    seller: UserSnapshot
    terms: PayoutTerms
    bank_account: BankAccount
    last_bank_change_at: datetime | None
    """The last time that the seller added or removed an account, in any currency."""
    payouts_to_account: int
    payouts_paid: int
    payouts_returned: int
    used_day: Money
    used_month: Money
    left_in_wallet: Money
    on_hold: Money
    owed: Money
    """What the seller owes the platform in this currency: until it is settled nobody approves."""
    is_stopped: bool
    """The wallet or its owner is suspended: until that is lifted nobody approves."""
    decisions: tuple[PayoutDecision, ...]


def get_payout_facts(*, payout_id: UUID) -> PayoutFacts:
    """The seller, the account, the limits and the decisions so far. A dozen queries, by index."""
    payout = Payout.objects.select_related("bank_account", "wallet").filter(id=payout_id).first()
    if payout is None:
        raise NotFound("payout")
    terms, at, currency = (
        PayoutTerms.from_json(payout.policy),
        clock.database_now(),
        payout.currency,
    )
    used = read_limit_use(wallet_id=payout.wallet_id, at=at)
    holds = read_holds(wallet=payout.wallet, terms=terms, at=at)
    balance = get_balance(user_wallet(payout.user_id, currency))
    withdrawable = Withdrawable(balance.amount_minor, holds)
    paid = Payout.objects.filter(status=PayoutStatus.PAID)
    return PayoutFacts(
        seller=get_user(user_id=payout.user_id),
        terms=terms,
        bank_account=payout.bank_account,
        last_bank_change_at=_last_bank_change(payout.user_id),
        payouts_to_account=paid.filter(bank_account=payout.bank_account)[:MOST_COUNTED].count(),
        payouts_paid=paid.filter(user_id=payout.user_id)[:MOST_COUNTED].count(),
        payouts_returned=Payout.objects.filter(
            user_id=payout.user_id, status=PayoutStatus.RETURNED
        )[:MOST_COUNTED].count(),
        used_day=Money(used.day_minor, currency),
        used_month=Money(used.month_minor, currency),
        left_in_wallet=balance,
        on_hold=Money(withdrawable.on_hold_minor, currency),
        owed=get_balance(seller_receivable(payout.user_id, currency)),
        is_stopped=is_stopped(payout.wallet),
        decisions=_decisions(payout_id),
    )


def _last_bank_change(user_id: UUID) -> datetime | None:
    changes = BankAccount.objects.filter(user_id=user_id).aggregate(
        added=Max("created_at"), removed=Max("removed_at")
    )
    return max((at for at in changes.values() if at is not None), default=None)


def _decisions(payout_id: UUID) -> tuple[PayoutDecision, ...]:
    events = PaymentEvent.objects.filter(stream_id=payout_id, type__in=DECISIONS)
    return tuple(
        PayoutDecision(
            at=event.occurred_at,
            what=DECISIONS[event.type],
            by=_who(event.actor),
            why=_why(event.payload),
        )
        for event in events.order_by("version")
    )


def _why(payload: Mapping[str, Any]) -> str:
    return (
        payload.get("note")
        or payload.get("reason")
        or "; ".join(in_words(payload.get("reasons", ())))
    )


def _who(actor: str) -> str:
    kind, _, name = actor.partition(":")
    if kind != "user":
        return actor
    try:
        return get_user(user_id=UUID(name)).email
    except NotFound:
        return name
