"""What must be true before money leaves a wallet: asked by a request and by the scheduled run."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.db import needs_transaction
from marketplace.core.money import Money
from marketplace.payments.errors import (
    BankAccountBlocked,
    BankAccountCurrencyMismatch,
    BankAccountNotUsableYet,
    FundsOnHold,
    InsufficientBalance,
    WalletInactive,
    WithdrawalLimitReached,
    WithdrawalOverMaximum,
    WithdrawalTooSmall,
)
from marketplace.payments.ledger.accounts import user_wallet
from marketplace.payments.ledger.balances import lock_balances
from marketplace.payments.models import BankAccount, Wallet
from marketplace.payments.payout_terms import PayoutTerms
from marketplace.payments.repositories.holds import Withdrawable, read_holds
from marketplace.payments.repositories.payout_limits import (
    LimitUse,
    find_room_from,
    read_limit_use,
)
from marketplace.payments.repositories.wallets import is_stopped


@dataclass(frozen=True, slots=True)
class Means:
    """What a wallet has and may spend, under its lock."""

    withdrawable: Withdrawable
    used: LimitUse


def check_account(account: BankAccount, *, currency: str, at: datetime) -> None:
    """Money of this currency may go to the account now.

    Raises :class:`BankAccountCurrencyMismatch`, :class:`BankAccountBlocked`,
    :class:`BankAccountNotUsableYet`.
    """
    if account.currency != currency:
        raise BankAccountCurrencyMismatch(
            f"The bank account is in {account.currency}, the amount in {currency}."
        )
    if account.blocked_at is not None:
        raise BankAccountBlocked(
            "A withdrawal to this account came back. Remove it and add it corrected, or ask our "
            "support to look at it."
        )
    if at < account.usable_from_at:
        raise BankAccountNotUsableYet(
            f"Money can go to this account from {shown(account.usable_from_at)} on. Withdraw "
            "to another account, or wait.",
            usable_from_at=account.usable_from_at.isoformat(),
        )


def check_wallet(wallet: Wallet) -> None:
    """Raises :class:`WalletInactive`, also where the owner's account is suspended or shut."""
    if is_stopped(wallet):
        raise WalletInactive(
            "Withdrawals from this wallet are stopped. What it is owed still arrives; our support "
            "says why and what to do."
        )


@needs_transaction
def lock_means(wallet: Wallet, terms: PayoutTerms, at: datetime) -> Means:
    """What the locked wallet has and may spend; it stays so until the caller's commit.

    The balance is locked before the holds are read: a release adds to both, in one transaction.
    """
    account = user_wallet(wallet.user_id, wallet.currency)
    balance = lock_balances([account])[account]
    holds = read_holds(wallet=wallet, terms=terms, at=at)
    return Means(
        Withdrawable(balance.amount_minor, holds), read_limit_use(wallet_id=wallet.id, at=at)
    )


def check_amount(
    wallet: Wallet, amount: Money, terms: PayoutTerms, means: Means, at: datetime
) -> None:
    """Raises :class:`WithdrawalTooSmall`, :class:`WithdrawalOverMaximum`,
    :class:`InsufficientBalance`, :class:`FundsOnHold`, :class:`WithdrawalLimitReached`."""
    wanted, currency = amount.amount_minor, amount.currency
    if wanted < terms.minimum_minor:
        smallest = Money(terms.minimum_minor, currency)
        raise WithdrawalTooSmall(
            f"The smallest withdrawal is {smallest}.", minimum=smallest.to_decimal_string()
        )
    if terms.maximum_minor is not None and wanted > terms.maximum_minor:
        largest = Money(terms.maximum_minor, currency)
        raise WithdrawalOverMaximum(
            f"The largest withdrawal is {largest}. Ask for less, or verify your account further.",
            maximum=largest.to_decimal_string(),
        )
    if wanted > means.withdrawable.balance_minor:
        raise InsufficientBalance
    if wanted > means.withdrawable.available_minor:
        raise _on_hold(amount, means.withdrawable)
    room = means.used.room_minor(terms)
    if room is not None and wanted > room:
        room_from = find_room_from(wallet_id=wallet.id, terms=terms, amount_minor=wanted, at=at)
        raise _over_limit(Money(room, currency), room_from)


def _on_hold(amount: Money, withdrawable: Withdrawable) -> FundsOnHold:
    available = Money(withdrawable.available_minor, amount.currency)
    available_from_at = withdrawable.available_from(amount.amount_minor)
    when = f" {amount} can be from {shown(available_from_at)} on." if available_from_at else ""
    return FundsOnHold(
        f"{available} can be withdrawn now; the rest is held for a while after each sale.{when}",
        available=available.to_decimal_string(),
        available_from_at=available_from_at.isoformat() if available_from_at else None,
    )


def _over_limit(room: Money, room_from: datetime | None) -> WithdrawalLimitReached:
    then = (
        f"The amount asked for can be from {shown(room_from)} on."
        if room_from
        else "The amount asked for is above the limit altogether."
    )
    return WithdrawalLimitReached(
        f"Your withdrawals have a limit per 24 hours and per 30 days: {room} more can be "
        f"withdrawn now. {then} A further verified account has higher limits.",
        available=room.to_decimal_string(),
        available_from_at=room_from.isoformat() if room_from else None,
    )


def shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
