"""Seal and open bank accounts."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet

from marketplace.core import clock
from marketplace.core.db import lock_name, needs_transaction
from marketplace.core.security import fingerprint, fingerprints
from marketplace.core.security.sealed import (
    EncryptedField,
    FingerprintColumn,
    register_fingerprints,
)
from marketplace.payments.models import BankAccount, NumberKind
from marketplace.payments.providers.protocol import Destination
from marketplace.payments.snapshots import BankAccountSnapshot

PURPOSE = "payments.BankAccount"
MOST_COMPARED = 200
"""Of a person's accounts, the newest: somebody who adds and removes without end costs no more."""


def seal(account: BankAccount, *, account_holder: str, number: str) -> None:
    """Put holder and number into the row, readable for nobody but the payout job."""
    account.account_holder_encrypted = _field("account_holder_encrypted").seal(
        account_holder, row_id=account.id
    )
    account.number_encrypted = _field("number_encrypted").seal(number, row_id=account.id)
    account.fingerprint = fingerprint(_named(account, number), purpose=PURPOSE)
    account.masked_number = "•" * 4 + number[-4:]


def open_destination(account: BankAccount) -> Destination:
    """In the clear, for the provider. Raises Undecipherable when the row was altered."""
    return Destination(
        account_holder=_field("account_holder_encrypted").unseal(
            account.account_holder_encrypted, row_id=account.id
        ),
        number_kind=account.number_kind,
        number=_field("number_encrypted").unseal(account.number_encrypted, row_id=account.id),
        bank_code=account.bank_code,
    )


def _field(name: str) -> EncryptedField:
    return cast("EncryptedField", BankAccount._meta.get_field(name))


def _named(account: BankAccount, number: str) -> str:
    return f"{account.bank_code}:{number}" if account.bank_code else number


def _hashed(account: BankAccount) -> str | None:
    """What its fingerprint is of; nothing when its owner was erased."""
    if not account.number_encrypted:
        return None
    return _named(account, open_destination(account).number)


NUMBERS = FingerprintColumn("payments.BankAccount", "fingerprint", PURPOSE, value_of=_hashed)
register_fingerprints(NUMBERS)


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
    BankAccount.objects.filter(id__in=list_same_accounts(returned), blocked_at__isnull=True).update(
        blocked_at=clock.now(), blocked_by_payout_id=payout_id
    )


def list_same_accounts(account: BankAccount) -> Sequence[UUID]:
    """This account, and the rows of the same one that its owner removed or added again."""
    return [row.id for row in _rows_of(account) if is_same_account(row, account)]


def share_a_number(one_id: UUID, other_id: UUID) -> bool:
    """Whether two people keep one account number, or did once, whatever holder they gave it.

    Two queries by index, and one where the first keeps none. A number that went with an erasure
    is known to nobody; without a lock, because who adds it afterwards is met by the next question.
    """
    rows = BankAccount.objects.filter(user_id=one_id).order_by("-id")[:MOST_COMPARED]
    known = {each for row in rows for each in NUMBERS.to_compare(row)}
    return (
        bool(known) and BankAccount.objects.filter(user_id=other_id, fingerprint__in=known).exists()
    )


@needs_transaction
def list_other_keepers(account: BankAccount) -> Mapping[UUID, UUID]:
    """The rows in which other people keep this number now or did once, and whose each is: a
    handful, from an index.

    Until the transaction ends nobody else is answered for the number: of two people who add it at
    the same moment, the second is seen to be the second.
    """
    rows = BankAccount.objects.filter(fingerprint__in=lock_number(account))
    return dict(rows.exclude(user_id=account.user_id).values_list("id", "user_id"))


@needs_transaction
def lock_number(account: BankAccount) -> Sequence[bytes]:
    """The fingerprints of its number, under each key that there is; none when its owner was erased.

    Until the transaction ends nobody else decides about this number, whoever's rows it stands in.
    Taken after everything that it may wait with: see the order of locks in ``core.db``.
    """
    hashed = _hashed(account)
    if hashed is None:
        return []
    # Of the number, not of the row: two rows differ while fingerprints move to another key.
    lock_name(f"{PURPOSE}:{fingerprint(hashed, purpose=PURPOSE).hex()}")
    return fingerprints(hashed, purpose=PURPOSE)


def is_shared(account: BankAccount) -> bool:
    """Whether somebody else keeps the number now, or a payout to it came back, from whomever, and
    no operator has cleared it: a handful of rows, from an index."""
    return shared_rows(account).exists()


def shared_rows(account: BankAccount) -> "QuerySet[BankAccount]":
    rows = BankAccount.objects.filter(fingerprint__in=NUMBERS.of(account))
    kept_by_another = Q(removed_at__isnull=True) & ~Q(user_id=account.user_id)
    return rows.filter(kept_by_another | Q(blocked_at__isnull=False))


@needs_transaction
def carry_block(account: BankAccount) -> None:
    """Block a new row when its newest forerunner is blocked: removing an account and adding the
    same again corrects nothing. With another holder or number it is another account."""
    for earlier in _rows_of(account):
        if is_same_account(earlier, account):
            account.blocked_at = earlier.blocked_at
            account.blocked_by_payout_id = earlier.blocked_by_payout_id
            return


@needs_transaction
def has_twin(account: BankAccount) -> bool:
    """Whether the user keeps this number in this currency, whichever key it is known by."""
    kept = [row for row in _rows_of(account) if row.removed_at is None]
    return any(_hashed(row) == _hashed(account) for row in kept)


def is_same_account(one: BankAccount, other: BankAccount) -> bool:
    """The same number at the same bank, and the same holder."""
    if one.id == other.id:
        return True
    hashed = _hashed(one)
    # Not by the two fingerprints: while they are moved to another key, equal ones may differ.
    if hashed is None or hashed != _hashed(other) or one.bank_code != other.bank_code:
        return False
    return _holder(one) == _holder(other)


def _rows_of(account: BankAccount) -> Sequence[BankAccount]:
    hashed = _hashed(account)
    if hashed is None:
        return [account]
    rows = BankAccount.objects.filter(
        user_id=account.user_id,
        currency=account.currency,
        fingerprint__in=fingerprints(hashed, purpose=PURPOSE),
    )
    return list(rows.order_by("-id"))


def _holder(account: BankAccount) -> str:
    return open_destination(account).account_holder.casefold()
