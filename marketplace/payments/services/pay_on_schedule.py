from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction, opens_transaction
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import WithdrawalLimitReached, WithdrawalTooSmall
from marketplace.payments.models import (
    BankAccount,
    BatchOutcome,
    Payout,
    PayoutBatchItem,
    PayoutSchedule,
    Wallet,
)
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.payments.repositories.new_payouts import open_payout
from marketplace.payments.repositories.payout_policies import read_payout_terms
from marketplace.payments.repositories.schedules import ensure_batch, plan_next
from marketplace.payments.services._payout_rules import (
    Means,
    check_account,
    check_wallet,
    lock_means,
)
from marketplace.payments.services._payout_scrutiny import reasons_to_look

NO_ACCOUNT = "no_default_bank_account"
ACTOR = Actor.system("payout_schedule")


@dataclass(frozen=True, slots=True)
class _Skipped:
    """``code`` is what a request would have been refused with; "" where there is nothing to say."""

    code: str = ""
    note: str = ""


@opens_transaction
def pay_on_schedule(*, wallet_id: UUID) -> bool:
    """Make the payout of a wallet whose schedule is due; returns whether there was one to make.

    As much as the policies allow goes to the default account, or the run says why nothing does. One
    per wallet and period for good: the wallet's lock lets a second run find the schedule moved on,
    and the keys of the item and of the payout refuse whatever came past it.
    """
    wallet = Wallet.objects.select_for_update(no_key=True).get(id=wallet_id)
    schedule = PayoutSchedule.objects.get(wallet_id=wallet_id)
    at = clock.database_now()
    if schedule.run_on is None or schedule.due_at is None or schedule.due_at > at:
        return False
    run_on = schedule.run_on
    made = _earlier(wallet, run_on) or _pay(wallet, run_on, at)
    if isinstance(made, Payout) or made.code:
        _write_down(wallet, run_on, made)
    plan_next(schedule, at=at, after=run_on)
    schedule.save()
    return isinstance(made, Payout)


def _key(wallet: Wallet, run_on: date) -> str:
    return f"schedule:{wallet.id}:{run_on.isoformat()}"


def _earlier(wallet: Wallet, run_on: date) -> Payout | None:
    return Payout.objects.filter(user_id=wallet.user_id, client_key=_key(wallet, run_on)).first()


@needs_transaction
def _pay(wallet: Wallet, run_on: date, at: datetime) -> Payout | _Skipped:
    terms = read_payout_terms(user_id=wallet.user_id, currency=wallet.currency)
    means = lock_means(wallet, terms, at)
    if not means.withdrawable.balance_minor:
        return _Skipped()
    account = BankAccount.objects.filter(
        user_id=wallet.user_id, currency=wallet.currency, is_default=True, removed_at__isnull=True
    ).first()
    if account is None:
        return _Skipped(NO_ACCOUNT, f"Add a bank account in {wallet.currency}.")
    try:
        check_wallet(wallet)
        check_account(account, currency=wallet.currency, at=at)
        amount = _amount(wallet, terms, means)
    except DomainError as refusal:
        return _Skipped(refusal.code, refusal.detail)
    return open_payout(
        actor=ACTOR,
        wallet=wallet,
        account=account,
        amount=amount,
        client_key=_key(wallet, run_on),
        terms=terms,
        reasons=reasons_to_look(wallet=wallet, account=account, amount=amount, terms=terms, at=at),
        at=at,
    )


def _amount(wallet: Wallet, terms: PayoutTerms, means: Means) -> Money:
    """As much as can be withdrawn now, within the limits."""
    available = means.withdrawable.available_minor
    if available < terms.minimum_minor:
        raise WithdrawalTooSmall(
            f"{Money(available, wallet.currency)} can be withdrawn; the smallest withdrawal is "
            f"{Money(terms.minimum_minor, wallet.currency)}."
        )
    limits = [terms.maximum_minor, means.used.room_minor(terms)]
    allowed = min([available, *(limit for limit in limits if limit is not None)])
    if allowed < terms.minimum_minor:
        raise WithdrawalLimitReached(
            "Your withdrawals have reached the limit of a day or a month; the next run tries again."
        )
    return Money(allowed, wallet.currency)


@needs_transaction
def _write_down(wallet: Wallet, run_on: date, made: Payout | _Skipped) -> None:
    item = PayoutBatchItem(
        id=new_id(),
        batch=ensure_batch(run_on=run_on, currency=wallet.currency),
        wallet=wallet,
        run_on=run_on,
        currency=wallet.currency,
        created_at=clock.now(),
    )
    if isinstance(made, Payout):
        item.outcome, item.payout_id = BatchOutcome.REQUESTED, made.id
        item.amount_minor = made.amount_minor
    else:
        item.outcome, item.code, item.note = BatchOutcome.SKIPPED, made.code, made.note[:500]
    item.save(force_insert=True)
