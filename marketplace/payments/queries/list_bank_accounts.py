from uuid import UUID

from marketplace.payments.models import BankAccount
from marketplace.payments.repositories.bank_accounts import bank_account_snapshot_of
from marketplace.payments.snapshots import BankAccountSnapshot


def list_bank_accounts(*, user_id: UUID) -> list[BankAccountSnapshot]:
    """The user's bank accounts, newest first, masked. There are never more than a few."""
    rows = BankAccount.objects.filter(user_id=user_id, removed_at__isnull=True).order_by("-id")
    return [bank_account_snapshot_of(row) for row in rows]
