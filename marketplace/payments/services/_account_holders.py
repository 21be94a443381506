"""What a bank account says of who its owner is."""

from marketplace.core.db import needs_transaction
from marketplace.payments.models import BankAccount
from marketplace.payments.repositories.bank_accounts import list_other_keepers, open_destination
from marketplace.users.services import match_account_holder


@needs_transaction
def compare_holder(account: BankAccount) -> bool:
    """Whether the account's holder gave its owner the T1 that waits for it (ADR 94).

    Users rows come after all of ours in the order of locks: call it last.
    """
    if account.blocked_at is not None:
        return False
    return match_account_holder(
        user_id=account.user_id,
        bank_account_id=account.id,
        account_holder=open_destination(account).account_holder,
        kept_by_others=list_other_keepers(account),
    )
