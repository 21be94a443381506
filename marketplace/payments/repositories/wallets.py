"""Find or open wallets."""

from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.audit import record_action
from marketplace.core.db import needs_transaction
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_id
from marketplace.core.policies import require_permission_or_system
from marketplace.payments.errors import InsufficientBalance, ReasonMissing
from marketplace.payments.models import Wallet, WalletDecision
from marketplace.users.queries import list_closed


@needs_transaction
def lock_wallet(*, user_id: UUID, currency: str) -> Wallet:
    """The user's wallet, locked: what spends from it comes one after the other.

    Raises :class:`InsufficientBalance` when there is none: nothing ever arrived in it.
    """
    wallets = Wallet.objects.select_for_update(no_key=True)
    wallet = wallets.filter(user_id=user_id, currency=currency).first()
    if wallet is None:
        raise InsufficientBalance
    return wallet


@needs_transaction
def ensure_wallet(*, user_id: UUID, currency: str) -> UUID:
    """The id of the user's wallet in this currency, opened when there is none."""
    wallets = Wallet.objects.filter(user_id=user_id, currency=currency).values_list("id", flat=True)
    if (found := wallets.first()) is not None:
        return found
    at = clock.now()
    # Two first sales at once: the second insert waits for the first and then changes nothing.
    Wallet.objects.bulk_create(
        [Wallet(id=new_id(), user_id=user_id, currency=currency, created_at=at, updated_at=at)],
        ignore_conflicts=True,
    )
    return wallets.get()


def is_stopped(wallet: Wallet) -> bool:
    """Whether nothing may be withdrawn: it is suspended, or its owner is, or has gone."""
    return not wallet.is_active or bool(list_closed(user_ids=[wallet.user_id]))


@needs_transaction
def decide_on_wallet(
    wallet_id: UUID, *, is_active: bool, actor: Actor, reason: str
) -> Wallet | None:
    """Set whether the wallet may be used, and keep who decided and why; None: it was so already.

    Raises :class:`Forbidden` (anyone but an operator or a job), :class:`ReasonMissing`,
    :class:`NotFound`.
    """
    require_permission_or_system(actor, "payments.suspend_wallet")
    if not reason.strip():
        raise ReasonMissing
    # Under the lock that spending takes: what is spent now was spent before this decision.
    wallet = Wallet.objects.select_for_update(no_key=True).filter(id=wallet_id).first()
    if wallet is None:
        raise NotFound("wallet")
    if wallet.is_active == is_active:
        return None
    at = clock.now()
    wallet.is_active, wallet.updated_at = is_active, at
    wallet.save(update_fields=["is_active", "updated_at"])
    WalletDecision.objects.create(
        wallet=wallet,
        is_active=is_active,
        reason=reason[:1000],
        decided_by_id=actor.user_id,
        decided_by_job=actor.name[:50],
        decided_at=at,
    )
    record_action(
        actor=actor,
        action=f"payments.{'reinstate' if is_active else 'suspend'}_wallet",
        subject_type="payments.wallet",
        subject_id=wallet.id,
        reason=reason,
        before={"is_active": not is_active},
        after={"is_active": is_active},
    )
    return wallet
