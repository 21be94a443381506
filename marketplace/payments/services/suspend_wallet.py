from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.events import record
from marketplace.payments.events import WalletSuspended
from marketplace.payments.repositories.wallets import decide_on_wallet


@opens_transaction
def suspend_wallet(*, wallet_id: UUID, actor: Actor, reason: str) -> None:
    """Nothing can be paid or withdrawn with this wallet until it is reinstated.

    Money still arrives: sales, refunds and top-ups under way. What is on its way to a bank goes
    on. Again: no effect. Raises :class:`Forbidden`, :class:`ReasonMissing`, :class:`NotFound`.
    """
    wallet = decide_on_wallet(wallet_id, is_active=False, actor=actor, reason=reason)
    if wallet is not None:
        record(
            WalletSuspended(wallet_id=wallet.id, user_id=wallet.user_id, currency=wallet.currency),
            key=wallet.id,
        )
