import pytest

from marketplace.core.errors import NotFound
from marketplace.core.money import InvalidMoney
from marketplace.core.security import Undecipherable
from marketplace.payments.errors import (
    BankAccountExists,
    InvalidBankAccount,
    TooManyBankAccounts,
)
from marketplace.payments.models import BankAccount
from marketplace.payments.queries import list_bank_accounts
from marketplace.payments.repositories.bank_accounts import open_destination
from marketplace.payments.services import remove_bank_account
from marketplace.payments.services.add_bank_account import MAX_ACCOUNTS_PER_USER
from marketplace.payments.tests.factories import (
    IBAN,
    actor_for,
    add_approved_bank_account,
    make_bank_account,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_the_number_is_sealed_and_only_its_end_is_shown() -> None:
    account = make_bank_account(make_user())
    assert account.masked_number == "••••3000"
    stored = bytes(account.number_encrypted) + bytes(account.account_holder_encrypted)
    assert IBAN.encode() not in stored
    assert b"Linden" not in stored
    assert open_destination(account).number == IBAN
    assert IBAN not in repr(open_destination(account))


def test_a_number_moved_to_another_row_or_field_does_not_open() -> None:
    first, second = make_bank_account(make_user()), make_bank_account(make_user())
    second.number_encrypted = first.number_encrypted
    with pytest.raises(Undecipherable):
        open_destination(second)
    first.number_encrypted = first.account_holder_encrypted
    with pytest.raises(Undecipherable):
        open_destination(first)


def test_spaces_and_small_letters_do_not_matter() -> None:
    user = make_user()
    add_approved_bank_account(
        actor=actor_for(user),
        account_holder="  Linden   Seller ",
        currency="EUR",
        iban="de89 3704 0044 0532 0130 00",
    )
    assert open_destination(BankAccount.objects.get()).number == IBAN
    assert open_destination(BankAccount.objects.get()).account_holder == "Linden Seller"


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"iban": IBAN, "account_number": "12345678"},
        {"iban": "DE00370400440532013000"},
        {"iban": "nonsense"},
        {"account_number": "12"},
        {"account_number": "1234; DROP"},
    ],
)
def test_a_number_that_cannot_be_right_is_refused(numbers: dict[str, str]) -> None:
    with pytest.raises(InvalidBankAccount):
        add_approved_bank_account(
            actor=actor_for(make_user()), account_holder="Linden", currency="EUR", **numbers
        )
    assert BankAccount.objects.count() == 0


def test_holder_and_currency_must_be_given() -> None:
    actor = actor_for(make_user())
    with pytest.raises(InvalidBankAccount):
        add_approved_bank_account(actor=actor, account_holder="  ", currency="EUR", iban=IBAN)
    with pytest.raises(InvalidMoney):
        add_approved_bank_account(actor=actor, account_holder="Linden", currency="ZZZ", iban=IBAN)
    assert BankAccount.objects.count() == 0


def test_the_same_account_is_kept_once_until_it_is_removed() -> None:
    user = make_user()
    account = make_bank_account(user)
    with pytest.raises(BankAccountExists):
        make_bank_account(user)
    make_bank_account(make_user())
    remove_bank_account(actor=actor_for(user), bank_account_id=account.id)
    assert list_bank_accounts(user_id=user.pk) == []
    make_bank_account(user)


def test_others_cannot_remove_it() -> None:
    account = make_bank_account(make_user())
    with pytest.raises(NotFound):
        remove_bank_account(actor=actor_for(make_user()), bank_account_id=account.id)
    assert BankAccount.objects.get().removed_at is None


def test_there_is_a_limit() -> None:
    user = make_user()
    for number in range(MAX_ACCOUNTS_PER_USER):
        add_approved_bank_account(
            actor=actor_for(user),
            account_holder="Linden",
            currency="EUR",
            account_number=f"1234567{number}",
        )
    with pytest.raises(TooManyBankAccounts):
        make_bank_account(user)


def test_a_connected_account_is_a_destination_of_its_own_kind() -> None:
    actor = actor_for(make_user())
    add_approved_bank_account(
        actor=actor, account_holder="L", currency="EUR", stripe_account=" acct_1LindenSeller "
    )
    account = BankAccount.objects.get()
    assert account.number_kind == "STRIPE_ACCOUNT"
    assert open_destination(account).number == "acct_1LindenSeller", "letters keep their case"
    for wrong in ("acct_1", "cus_1LindenSeller", "acct_1Linden Seller"):
        with pytest.raises(InvalidBankAccount):
            add_approved_bank_account(
                actor=actor, account_holder="L", currency="EUR", stripe_account=wrong
            )


@pytest.mark.parametrize("receiver", ["Seller@Example.Test", "S6WQ2ZJ4T8XYA"])
def test_a_paypal_account_is_a_destination_of_its_own_kind(receiver: str) -> None:
    user = make_user()
    add_approved_bank_account(
        actor=actor_for(user), account_holder="Linden Seller", currency="EUR", paypal=receiver
    )
    kept = open_destination(BankAccount.objects.get())
    assert (kept.number_kind, kept.number.upper()) == ("PAYPAL", receiver.upper())


def test_an_account_number_may_name_its_bank() -> None:
    user = make_user()
    for bank_code in ("044", "058"):
        add_approved_bank_account(
            actor=actor_for(user),
            account_holder="Linden Seller",
            currency="NGN",
            account_number="0690000031",
            bank_code=bank_code,
        )
    codes = {open_destination(account).bank_code for account in BankAccount.objects.all()}
    assert codes == {"044", "058"}, "the same number at two banks is two accounts"


@pytest.mark.parametrize(
    "numbers",
    [
        {"paypal": "not an address"},
        {"paypal": "a@b@c.test"},
        {"paypal": f"{'x' * 120}@example.test"},
        {"paypal": "seller@example.test", "iban": IBAN},
        {"iban": IBAN, "bank_code": "044"},
        {"account_number": "0690000031", "bank_code": "no good"},
    ],
)
def test_another_paypal_account_or_bank_code_is_refused(numbers: dict[str, str]) -> None:
    with pytest.raises(InvalidBankAccount):
        add_approved_bank_account(
            actor=actor_for(make_user()), account_holder="Linden", currency="EUR", **numbers
        )
    assert BankAccount.objects.count() == 0
