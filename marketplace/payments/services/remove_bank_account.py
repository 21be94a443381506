from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.payments.models import BankAccount


@opens_transaction
def remove_bank_account(*, actor: Actor, bank_account_id: UUID) -> None:
    """Offer the account no longer; payouts that are on their way to it go on.

    Raises :class:`NotFound` for anybody else's account and for one that is removed already.
    """
    if actor.user_id is None:
        raise NotFound("bank account")
    removed = BankAccount.objects.filter(
        id=bank_account_id, user_id=actor.user_id, removed_at__isnull=True
    ).update(removed_at=clock.now())
    if not removed:
        raise NotFound("bank account")
