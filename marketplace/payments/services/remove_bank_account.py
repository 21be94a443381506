from uuid import UUID

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.payments import letters
from marketplace.payments.events import BankAccountRemoved
from marketplace.payments.models import BankAccount
from marketplace.payments.repositories.bank_accounts import lock_bank_accounts


@opens_transaction
def remove_bank_account(*, actor: Actor, bank_account_id: UUID) -> None:
    """Offer the account no longer; payouts that are on their way to it go on.

    The holder is told by letter. When it was the default, the oldest that is left takes its place.

    Raises :class:`NotFound` for anybody else's account and for one that is removed already.
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
    account = kept.pop(bank_account_id, None)
    if account is None:
        raise NotFound("bank account")
    was_default = account.is_default
    account.removed_at, account.is_default = clock.now(), False
    account.save(update_fields=["removed_at", "is_default"])
    if was_default and (heir := next(iter(kept.values()), None)):
        heir.is_default = True
        heir.save(update_fields=["is_default"])
    record(
        BankAccountRemoved(
            user_id=actor.user_id, bank_account_id=bank_account_id, currency=currency
        ),
        key=bank_account_id,
    )
    letters.write_account_removed(user_id=actor.user_id, masked_number=account.masked_number)
