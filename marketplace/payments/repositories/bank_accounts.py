"""Seal and open bank accounts."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.core import clock
from marketplace.core.db import needs_transaction
from marketplace.core.security import decrypt_field, encrypt_field, fingerprint
from marketplace.payments.models import BankAccount, NumberKind
from marketplace.payments.providers.protocol import Destination
from marketplace.payments.snapshots import BankAccountSnapshot

MODEL = "payments.BankAccount"


def seal(account: BankAccount, *, account_holder: str, number: str) -> None:
    """Put holder and number into the row, readable for nobody but the payout job."""
    account.account_holder_encrypted = encrypt_field(
        account_holder, model=MODEL, row_id=account.id, field="account_holder"
    )
    account.number_encrypted = encrypt_field(number, model=MODEL, row_id=account.id, field="number")
    named = f"{account.bank_code}:{number}" if account.bank_code else number
    account.fingerprint = fingerprint(named, purpose=MODEL)
    account.masked_number = "•" * 4 + number[-4:]


def open_destination(account: BankAccount) -> Destination:
    """In the clear, for the provider. Raises Undecipherable when the row was altered."""
    return Destination(
        account_holder=decrypt_field(
            bytes(account.account_holder_encrypted),
            model=MODEL,
            row_id=account.id,
            field="account_holder",
        ),
        number_kind=account.number_kind,
        number=decrypt_field(
            bytes(account.number_encrypted), model=MODEL, row_id=account.id, field="number"
        ),
        bank_code=account.bank_code,
    )


def country_of(account: BankAccount) -> str:
    """ISO 3166 alpha-2 where the number itself says it, else ""."""
    is_iban = account.number_kind == NumberKind.IBAN
    return open_destination(account).number[:2] if is_iban else ""


def bank_account_snapshot_of(account: BankAccount) -> BankAccountSnapshot:
    return BankAccountSnapshot(
        id=account.id,
        number_kind=account.number_kind,
        masked_number=account.masked_number,
        currency=account.currency,
        bank_name=account.bank_name,
        bank_code=account.bank_code,
        is_default=account.is_default,
        is_blocked=account.blocked_at is not None,
        usable_from_at=account.usable_from_at,
        created_at=account.created_at,
    )


@needs_transaction
def lock_bank_accounts(*, user_id: UUID, currency: str) -> Sequence[BankAccount]:
    """The user's kept accounts of a currency, oldest first, locked: one of them is the default."""
    rows = BankAccount.objects.select_for_update(no_key=True).filter(
        user_id=user_id, currency=currency, removed_at__isnull=True
    )
    return list(rows.order_by("id"))


@needs_transaction
def block_bank_account(*, bank_account_id: UUID, payout_id: UUID) -> None:
    """A payout came back from it: nothing goes there until an operator clears it.

    The same account may have been removed and added again since: it is blocked there, too.
    """
    returned = BankAccount.objects.get(id=bank_account_id)
    same = [row.id for row in _rows_of(returned) if is_same_account(row, returned)]
    BankAccount.objects.filter(id__in=same, blocked_at__isnull=True).update(
        blocked_at=clock.now(), blocked_by_payout_id=payout_id
    )


@needs_transaction
def carry_block(account: BankAccount) -> None:
    """Block a new row when its newest forerunner is blocked: removing an account and adding the
    same again corrects nothing. With another holder or number it is another account."""
    for earlier in _rows_of(account):
        if is_same_account(earlier, account):
            account.blocked_at = earlier.blocked_at
            account.blocked_by_payout_id = earlier.blocked_by_payout_id
            return


def is_same_account(one: BankAccount, other: BankAccount) -> bool:
    """The same number at the same bank, and the same holder."""
    if (bytes(one.fingerprint), one.bank_code) != (bytes(other.fingerprint), other.bank_code):
        return False
    return _holder(one) == _holder(other)


def _rows_of(account: BankAccount) -> Sequence[BankAccount]:
    rows = BankAccount.objects.filter(
        user_id=account.user_id, currency=account.currency, fingerprint=account.fingerprint
    )
    return list(rows.order_by("-id"))


def _holder(account: BankAccount) -> str:
    return open_destination(account).account_holder.casefold()
