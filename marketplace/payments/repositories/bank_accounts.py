"""Seal and open bank accounts."""

from marketplace.core.security import decrypt_field, encrypt_field, fingerprint
from marketplace.payments.models import BankAccount
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


def bank_account_snapshot_of(account: BankAccount) -> BankAccountSnapshot:
    return BankAccountSnapshot(
        id=account.id,
        number_kind=account.number_kind,
        masked_number=account.masked_number,
        currency=account.currency,
        bank_name=account.bank_name,
        bank_code=account.bank_code,
        created_at=account.created_at,
    )
