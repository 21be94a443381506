from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments import postings
from marketplace.payments.errors import (
    BankAccountCurrencyMismatch,
    IdempotencyKeyReused,
    InsufficientBalance,
    WalletInactive,
    WithdrawalNotPositive,
    WithdrawalTooSmall,
)
from marketplace.payments.events import PayoutRequested
from marketplace.payments.ledger.errors import InsufficientFunds
from marketplace.payments.models import BankAccount, Payout, PayoutMinimum, Wallet
from marketplace.payments.providers.factory import payout_provider
from marketplace.payments.repositories.payouts import payout_snapshot_of
from marketplace.payments.repositories.streams import append_to_payout
from marketplace.payments.snapshots import PayoutSnapshot
from marketplace.payments.streams import facts


@opens_transaction
def request_withdrawal(
    *, actor: Actor, amount: Money, bank_account_id: UUID, idempotency_key: str
) -> PayoutSnapshot:
    """Put money of the actor's wallet on its way to a bank account of theirs.

    It leaves the wallet now, under the account's lock, so two withdrawals can never spend the same
    balance; the job ``payments.submit_payouts`` sends it. The same key again gives the same
    payout.

    Raises :class:`WithdrawalNotPositive`, :class:`WithdrawalTooSmall`, :class:`NotFound` (the
    bank account), :class:`BankAccountCurrencyMismatch`, :class:`WalletInactive`,
    :class:`InsufficientBalance`, :class:`IdempotencyKeyReused`.
    """
    if actor.user_id is None:
        raise NotFound("wallet")
    if not amount.is_positive:
        raise WithdrawalNotPositive
    account = BankAccount.objects.filter(
        id=bank_account_id, user_id=actor.user_id, removed_at__isnull=True
    ).first()
    if account is None:
        raise NotFound("bank account")
    wallet = _lock_wallet(actor.user_id, amount)
    first = Payout.objects.filter(user_id=actor.user_id, client_key=idempotency_key).first()
    if first is not None:
        asked = (amount.amount_minor, amount.currency, bank_account_id)
        if (first.amount_minor, first.currency, first.bank_account_id) != asked:
            raise IdempotencyKeyReused
        return payout_snapshot_of(first)
    _check(wallet, account, amount)
    return payout_snapshot_of(_request(actor, wallet, account, amount, idempotency_key))


def _lock_wallet(user_id: UUID, amount: Money) -> Wallet:
    # One withdrawal per wallet at a time: the second sees the first one's key and balance.
    wallet = (
        Wallet.objects.select_for_update(no_key=True)
        .filter(user_id=user_id, currency=amount.currency)
        .first()
    )
    if wallet is None:
        raise InsufficientBalance
    return wallet


def _check(wallet: Wallet, account: BankAccount, amount: Money) -> None:
    if account.currency != amount.currency:
        raise BankAccountCurrencyMismatch(
            f"The bank account is in {account.currency}, the amount in {amount.currency}."
        )
    if not wallet.is_active:
        raise WalletInactive
    minimum = PayoutMinimum.objects.filter(currency=amount.currency).first()
    if minimum is not None and amount.amount_minor < minimum.minimum_minor:
        smallest = Money(minimum.minimum_minor, amount.currency)
        raise WithdrawalTooSmall(f"The smallest withdrawal is {smallest}.")


def _request(
    actor: Actor, wallet: Wallet, account: BankAccount, amount: Money, client_key: str
) -> Payout:
    payout_id = new_id()
    try:
        journal_id = postings.post_payout_requested(
            payout_id=payout_id, user_id=wallet.user_id, amount=amount
        )
    except InsufficientFunds as error:
        raise InsufficientBalance from error
    requested = facts.PayoutRequested(
        user_id=wallet.user_id,
        wallet_id=wallet.id,
        bank_account_id=account.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        provider=payout_provider(amount.currency),
        client_key=client_key,
        journal_id=journal_id,
    )
    payout = append_to_payout(
        payout=None,
        payout_id=payout_id,
        facts_to_add=[requested],
        actor=actor,
        new_payout=Payout(next_check_at=clock.database_now()),
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
