from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.core.step_up import StepUpProof
from marketplace.payments.errors import IdempotencyKeyReused, WithdrawalNotPositive
from marketplace.payments.models import BankAccount, Payout, Wallet
from marketplace.payments.repositories.new_payouts import open_payout
from marketplace.payments.repositories.payout_policies import read_payout_terms
from marketplace.payments.repositories.payouts import payout_snapshot_of
from marketplace.payments.repositories.wallets import lock_wallet
from marketplace.payments.services._approvals import use_approval, withdrawal_binding
from marketplace.payments.services._payout_rules import (
    check_account,
    check_amount,
    check_wallet,
    lock_means,
)
from marketplace.payments.services._payout_scrutiny import reasons_to_look
from marketplace.payments.snapshots import PayoutSnapshot
from marketplace.users.errors import StepUpRefused


@opens_transaction
def request_withdrawal(
    *,
    actor: Actor,
    amount: Money,
    bank_account_id: UUID,
    idempotency_key: str,
    step_up: StepUpProof,
) -> PayoutSnapshot:
    """Put money of the actor's wallet on its way to a bank account of theirs.

    It leaves the wallet now, under the account's lock, so two withdrawals can never spend the same
    balance, hold or limit; the job ``payments.submit_payouts`` sends it, after two operators
    approved one that there is a reason to look at. The policies of this moment are pinned on it.
    The same key again gives the same payout, also after it failed: a new attempt has a new key.

    ``step_up`` approves this amount to this account, and is spent with it.

    Raises :class:`WithdrawalNotPositive`, :class:`NotFound` (the bank account),
    :class:`StepUpRequired`, :class:`StepUpRefused`,
    :class:`IdempotencyKeyReused`, :class:`WalletInactive`, :class:`BankAccountCurrencyMismatch`,
    :class:`BankAccountBlocked`, :class:`BankAccountNotUsableYet`, :class:`WithdrawalTooSmall`,
    :class:`WithdrawalOverMaximum`, :class:`InsufficientBalance`, :class:`FundsOnHold`,
    :class:`WithdrawalLimitReached`.
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
    asked = (amount.amount_minor, amount.currency, bank_account_id)
    if first := _first(actor.user_id, idempotency_key, asked):
        return first
    try:
        use_approval(
            step_up,
            user_id=actor.user_id,
            purpose="withdrawal",
            binding=withdrawal_binding(amount=amount, bank_account_id=bank_account_id),
        )
    except StepUpRefused:
        # It may have been spent a moment ago by this very withdrawal.
        if first := _first(actor.user_id, idempotency_key, asked):
            return first
        raise
    # One withdrawal per wallet at a time: the second sees the first one's key, balance and limits.
    wallet = lock_wallet(user_id=actor.user_id, currency=amount.currency)
    if first := _first(actor.user_id, idempotency_key, asked):
        return first
    payout = _request(actor, wallet, account, amount, idempotency_key)
    return payout_snapshot_of(payout)


def _first(user_id: UUID, client_key: str, asked: tuple[int, str, UUID]) -> PayoutSnapshot | None:
    """What this key asked for first; raises IdempotencyKeyReused when that was something else."""
    first = Payout.objects.filter(user_id=user_id, client_key=client_key).first()
    if first is None:
        return None
    if (first.amount_minor, first.currency, first.bank_account_id) != asked:
        raise IdempotencyKeyReused
    return payout_snapshot_of(first)


def _request(
    actor: Actor, wallet: Wallet, account: BankAccount, amount: Money, client_key: str
) -> Payout:
    at = clock.database_now()
    check_account(account, currency=amount.currency, at=at)
    check_wallet(wallet)
    terms = read_payout_terms(user_id=wallet.user_id, currency=wallet.currency)
    check_amount(wallet, amount, terms, lock_means(wallet, terms, at), at)
    return open_payout(
        actor=actor,
        wallet=wallet,
        account=account,
        amount=amount,
        client_key=client_key,
        terms=terms,
        reasons=reasons_to_look(wallet=wallet, account=account, amount=amount, terms=terms, at=at),
        at=at,
    )
