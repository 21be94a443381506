"""Find or open wallets."""

from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.payments.errors import InsufficientBalance
from marketplace.payments.models import Wallet


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
