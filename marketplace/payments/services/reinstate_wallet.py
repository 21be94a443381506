from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.payments.events import WalletReinstated
from marketplace.payments.repositories.wallets import decide_on_wallet


@opens_transaction
def reinstate_wallet(*, wallet_id: UUID, actor: Actor, reason: str) -> None:
    """The wallet can be used again. Again: no effect.

    Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`.
    """
    wallet = decide_on_wallet(wallet_id, is_active=True, actor=actor, reason=reason)
    if wallet is not None:
        record(
            WalletReinstated(wallet_id=wallet.id, user_id=wallet.user_id, currency=wallet.currency),
            key=wallet.id,
        )
