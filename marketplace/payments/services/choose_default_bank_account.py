from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.payments.models import BankAccount
from marketplace.payments.repositories.bank_accounts import (
    bank_account_snapshot_of,
    lock_bank_accounts,
)
from marketplace.payments.snapshots import BankAccountSnapshot


@opens_transaction
def choose_default_bank_account(*, actor: Actor, bank_account_id: UUID) -> BankAccountSnapshot:
    """Make it the one that scheduled payouts of its currency go to. Twice is once.

    Raises :class:`NotFound` for anybody else's account and for one that was removed.
    """
    if actor.user_id is None:
        raise NotFound("bank account")
    currency = (
        BankAccount.objects.filter(id=bank_account_id, user_id=actor.user_id)
        .values_list("currency", flat=True)
        .first()
    )
    if currency is None:
        raise NotFound("bank account")
    kept = {row.id: row for row in lock_bank_accounts(user_id=actor.user_id, currency=currency)}
    account = kept.get(bank_account_id)
    if account is None:
        raise NotFound("bank account")
    # The old one first: the database knows one default at a time.
    for other in kept.values():
        if other.is_default and other.id != account.id:
            other.is_default = False
            other.save(update_fields=["is_default"])
    if not account.is_default:
        account.is_default = True
        account.save(update_fields=["is_default"])
    return bank_account_snapshot_of(account)
