from typing import Required, TypedDict, Unpack

from django.db import IntegrityError, transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import opens_transaction
from marketplace.core.errors import NotFound
from marketplace.core.events import record
from marketplace.core.ids import new_id
from marketplace.core.money import exponent
from marketplace.core.step_up import StepUpProof
from marketplace.payments import letters
from marketplace.payments.errors import (
    BankAccountExists,
    InvalidBankAccount,
    TooManyBankAccounts,
)
from marketplace.payments.events import BankAccountAdded
from marketplace.payments.models import BankAccount, NumberKind
from marketplace.payments.repositories.bank_accounts import (
    bank_account_snapshot_of,
    carry_block,
    has_twin,
    seal,
)
from marketplace.payments.repositories.payout_policies import read_account_wait
from marketplace.payments.services._account_holders import compare_holder
from marketplace.payments.services._approvals import bank_account_binding, use_approval
from marketplace.payments.services._destinations import read_bank_code, read_number
from marketplace.payments.snapshots import BankAccountSnapshot

MAX_ACCOUNTS_PER_USER = 10


class AccountTold(TypedDict, total=False):
    """As people write it: the holder and the currency, and one of the four names of an account."""

    account_holder: Required[str]
    currency: Required[str]
    iban: str
    account_number: str
    paypal: str
    stripe_account: str
    bank_code: str


class AccountRead(TypedDict):
    kind: NumberKind
    number: str
    bank_code: str
    currency: str
    holder: str


@opens_transaction
def add_bank_account(
    *,
    actor: Actor,
    step_up: StepUpProof,
    bank_name: str = "",
    **told: Unpack[AccountTold],
) -> BankAccountSnapshot:
    """Keep a bank account for the actor's withdrawals, sealed; only its last four are ever shown.

    One of ``iban`` (checked by ISO 13616's check digits), ``account_number`` (with ``bank_code``
    where the country's numbers do not name the bank), ``paypal`` (email address or account id) and
    ``stripe_account`` (a connected account's id): for providers that pay out to nothing else.

    Money can go to it once the policy's wait is over, by the database's clock; the holder is told
    by letter. The first account of a currency is where scheduled payouts go. One that a payout
    came back from is still blocked when it is added again.

    ``step_up`` approves this account, and is spent with it.

    Raises :class:`InvalidBankAccount`, :class:`BankAccountExists`, :class:`TooManyBankAccounts`,
    :class:`InvalidMoney` for an unknown currency, :class:`StepUpRequired`, :class:`StepUpRefused`.
    """
    if actor.user_id is None:
        raise NotFound("user")
    account_read = read_account(**told)
    currency = account_read["currency"]
    use_approval(
        step_up,
        user_id=actor.user_id,
        purpose="bank_account",
        binding=bank_account_binding(**account_read),
    )
    kept = BankAccount.objects.filter(user_id=actor.user_id, removed_at__isnull=True)
    if kept.count() >= MAX_ACCOUNTS_PER_USER:
        raise TooManyBankAccounts(f"Up to {MAX_ACCOUNTS_PER_USER} bank accounts can be kept.")
    added_at = clock.database_now()
    account = BankAccount(
        id=new_id(),
        user_id=actor.user_id,
        number_kind=account_read["kind"],
        currency=currency,
        bank_name=bank_name.strip(),
        bank_code=account_read["bank_code"],
        created_at=clock.now(),
        usable_from_at=added_at + read_account_wait(user_id=actor.user_id, currency=currency),
        is_default=not kept.filter(currency=currency, is_default=True).exists(),
    )
    seal(account, account_holder=account_read["holder"], number=account_read["number"])
    if has_twin(account):
        raise BankAccountExists
    carry_block(account)
    _insert(account)
    _tell(account)
    compare_holder(account)
    return bank_account_snapshot_of(account)


def read_account(**told: Unpack[AccountTold]) -> AccountRead:
    """The account as it is kept, whatever the spaces and cases it was told with.

    Raises :class:`InvalidBankAccount`, :class:`InvalidMoney`.
    """
    exponent(told["currency"])
    kind, number = read_number(
        told.get("iban", ""),
        told.get("account_number", ""),
        told.get("paypal", ""),
        told.get("stripe_account", ""),
    )
    holder = " ".join(told["account_holder"].split())
    if not holder:
        raise InvalidBankAccount(
            "Name the account's holder.", fields={"account_holder": ["Must not be empty."]}
        )
    return {
        "kind": kind,
        "number": number,
        "bank_code": read_bank_code(kind, told.get("bank_code", "")),
        "currency": told["currency"],
        "holder": holder,
    }


def _tell(account: BankAccount) -> None:
    record(
        BankAccountAdded(
            user_id=account.user_id,
            bank_account_id=account.id,
            currency=account.currency,
            usable_from_at=account.usable_from_at,
        ),
        key=account.id,
    )
    letters.write_account_added(
        user_id=account.user_id,
        masked_number=account.masked_number,
        usable_from_at=account.usable_from_at,
    )


def _insert(account: BankAccount) -> None:
    # The constraints decide, so that two requests at once cannot add it twice.
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        if "payments_bank_account_one_default" in str(error):
            # Another one became the first of its currency meanwhile.
            account.is_default = False
            _insert(account)
        elif "payments_bank_account_once" in str(error):
            raise BankAccountExists from error
        else:
            raise
