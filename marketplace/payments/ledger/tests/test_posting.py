"""Posting journals: what happens, what is refused, and that a refusal changes nothing."""

from uuid import UUID

import pytest
from django.db import transaction

from marketplace.core.ids import new_id
from marketplace.core.money import CurrencyMismatch, Money
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.errors import (
    AccountNamedTwice,
    AccountOffChart,
    AmountTooLarge,
    BusinessKeyReused,
    InsufficientFunds,
    JournalUnbalanced,
)
from marketplace.payments.ledger.journals import JournalKind
from marketplace.payments.ledger.posting import Leg, credit, debit, post_journal
from marketplace.payments.ledger.tests.books import contents, entries_of, hold, post, release
from marketplace.payments.models import LedgerAccount, LedgerBalance, LedgerEntry, LedgerJournal

pytestmark = pytest.mark.django_db


def test_a_hold_moves_money_from_clearing_to_escrow() -> None:
    order_id = new_id()
    posted = hold(order_id, 10_000)
    assert posted.created
    escrow = LedgerBalance.objects.get(account__code=f"order:{order_id}:escrow")
    assert (escrow.balance_minor, escrow.version) == (10_000, 1)
    assert [entry.balance_after_minor for entry in entries_of(posted)] == [None, 10_000]
    assert list(
        LedgerEntry.objects.filter(journal_id=posted.id)
        .order_by("line")
        .values_list("line", "amount_minor", "currency", "account_version")
    ) == [(1, 10_000, "EUR", None), (2, -10_000, "EUR", 1)]


def test_a_release_splits_the_escrow() -> None:
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 10_000)
    posted = release(order_id, seller_id, gross=10_000, commission=1_000, tax=190)
    balances = {e.account.code: e.balance_after_minor for e in entries_of(posted)}
    assert balances == {
        f"order:{order_id}:escrow": 0,
        f"user:{seller_id}:wallet": 8_810,
        "revenue:commission": None,
        "tax:DE": None,
    }


def test_the_same_key_with_the_same_content_answers_with_the_first_journal() -> None:
    order_id = new_id()
    first = hold(order_id, 10_000)
    before = contents()
    again = hold(order_id, 10_000)
    assert not again.created
    assert again.id == first.id
    assert contents() == before


def test_a_replay_is_answered_even_after_the_money_has_moved_on() -> None:
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 10_000)
    first = release(order_id, seller_id, gross=10_000, commission=1_000, tax=0)
    assert release(order_id, seller_id, gross=10_000, commission=1_000, tax=0).id == first.id


@pytest.mark.parametrize("change", ["amount", "kind", "reference", "account"])
def test_the_same_key_with_other_content_is_refused(change: str) -> None:
    order_id, other_id = new_id(), new_id()
    hold(order_id, 10_000)
    before = contents()
    amount = Money(9_999 if change == "amount" else 10_000, "EUR")
    with pytest.raises(BusinessKeyReused):
        post(
            kind=JournalKind.CORRECTION if change == "kind" else JournalKind.ESCROW_HOLD,
            business_key=f"hold:{order_id}",
            reference_id=other_id if change == "reference" else order_id,
            legs=[
                debit(accounts.psp_clearing("sandbox", "EUR"), amount),
                credit(
                    accounts.order_escrow(other_id if change == "account" else order_id, "EUR"),
                    amount,
                ),
            ],
        )
    assert contents() == before


def test_an_escrow_is_never_overdrawn() -> None:
    order_id, seller_id = new_id(), new_id()
    hold(order_id, 10_000)
    before = contents()
    with pytest.raises(InsufficientFunds) as refusal:
        release(order_id, seller_id, gross=10_001, commission=1_000, tax=0)
    assert refusal.value.account_code == f"order:{order_id}:escrow"
    assert (refusal.value.available_minor, refusal.value.needed_minor) == (10_000, 10_001)
    assert refusal.value.lacks_minor == 1
    assert contents() == before


def test_the_refusal_for_lack_of_funds_tells_a_client_nothing_about_accounts() -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        release(new_id(), new_id(), gross=1, commission=0, tax=0)
    assert refusal.value.detail == refusal.value.title
    assert refusal.value.extra == {}


def test_unbalanced_legs_are_refused_before_the_database_is_asked() -> None:
    before = contents()
    with pytest.raises(JournalUnbalanced):
        _raw_legs(Leg(accounts.psp_clearing("sandbox", "EUR"), 10), Leg(_escrow(), -9))
    with pytest.raises(JournalUnbalanced):
        _raw_legs(Leg(accounts.psp_clearing("sandbox", "EUR"), 0))
    assert contents() == before


def test_a_zero_leg_is_refused() -> None:
    before = contents()
    with pytest.raises(JournalUnbalanced):
        _raw_legs(Leg(accounts.psp_clearing("sandbox", "EUR"), 0), Leg(_escrow(), 0))
    assert contents() == before


def test_legs_balance_in_each_currency_not_across_them() -> None:
    order_id = new_id()
    with pytest.raises(JournalUnbalanced):
        _raw_legs(
            Leg(accounts.psp_clearing("sandbox", "EUR"), 10),
            Leg(accounts.order_escrow(order_id, "USD"), -10),
        )


def test_an_exchange_balances_in_two_currencies_at_once() -> None:
    buyer_id, seller_id = new_id(), new_id()
    eur, usd = Money(1_000, "EUR"), Money(1_100, "USD")
    post(
        kind=JournalKind.WALLET_TOP_UP,
        business_key=f"top-up:{buyer_id}",
        reference_id=buyer_id,
        legs=[
            debit(accounts.psp_clearing("sandbox", "EUR"), eur),
            credit(accounts.user_wallet(buyer_id, "EUR"), eur),
        ],
    )
    posted = post(
        kind=JournalKind.CURRENCY_EXCHANGE,
        business_key=f"exchange:{buyer_id}",
        reference_id=buyer_id,
        legs=[
            debit(accounts.user_wallet(buyer_id, "EUR"), eur),
            credit(accounts.fx("USD", "EUR"), eur),
            debit(accounts.fx("EUR", "USD"), usd),
            credit(accounts.user_wallet(seller_id, "USD"), usd),
        ],
    )
    assert [entry.balance_after_minor for entry in entries_of(posted)] == [0, None, None, 1_100]


def test_an_account_is_named_once_in_a_journal() -> None:
    before = contents()
    escrow = _escrow()
    with pytest.raises(AccountNamedTwice):
        _raw_legs(Leg(accounts.psp_clearing("sandbox", "EUR"), 3), Leg(escrow, -1), Leg(escrow, -2))
    assert contents() == before


def test_an_account_follows_the_chart() -> None:
    before = contents()
    for code, kind in [
        ("user:1:wallet", accounts.AccountKind.USER_WALLET),
        (f"order:{new_id()}:escrow", accounts.AccountKind.SUSPENSE),
    ]:
        with pytest.raises(AccountOffChart):
            _raw_legs(
                Leg(accounts.psp_clearing("sandbox", "EUR"), 1),
                Leg(accounts.Account(code, "EUR", kind), -1),
            )
    assert contents() == before


def test_an_open_account_is_not_named_with_another_kind() -> None:
    order_id = new_id()
    hold(order_id, 10)
    with pytest.raises(AccountOffChart):
        _raw_legs(
            Leg(accounts.psp_clearing("sandbox", "EUR"), 1),
            Leg(
                accounts.Account(
                    f"order:{order_id}:escrow", "EUR", accounts.AccountKind.PSP_CLEARING
                ),
                -1,
            ),
        )


def test_mistake_5_a_refusal_leaves_no_partial_state_behind() -> None:
    """Validation after a write: accounts opened for a refused journal are gone too."""
    seller_id = new_id()
    with pytest.raises(InsufficientFunds):
        release(new_id(), seller_id, gross=10_000, commission=1_000, tax=0)
    assert not LedgerAccount.objects.filter(code=f"user:{seller_id}:wallet").exists()
    assert not LedgerJournal.objects.exists()


def test_mistake_13_amounts_and_balances_are_64_bit() -> None:
    order_id = new_id()
    hold(order_id, 10**15)
    again = hold(order_id, 10**15, key="again")
    assert entries_of(again)[1].balance_after_minor == 2 * 10**15
    with pytest.raises(AmountTooLarge):
        hold(order_id, 2**63 - 1, key="too much")
    for model in (LedgerAccount, LedgerEntry):
        assert model._meta.pk.get_internal_type() == "BigAutoField"


def test_a_leg_moves_more_than_zero_in_its_accounts_currency() -> None:
    for amount in (0, -1):
        with pytest.raises(ValueError, match="more than zero"):
            debit(_escrow(), Money(amount, "EUR"))
    with pytest.raises(CurrencyMismatch):
        debit(_escrow(), Money(1, "USD"))


def test_several_journals_in_one_transaction_commit_together_or_not_at_all() -> None:
    order_id, seller_id = new_id(), new_id()
    before = contents()

    @transaction.atomic
    def hold_and_release_too_much() -> None:
        hold(order_id, 10_000)
        release(order_id, seller_id, gross=10_001, commission=0, tax=0)

    with pytest.raises(InsufficientFunds):
        hold_and_release_too_much()
    assert contents() == before


def _escrow() -> accounts.Account:
    return accounts.order_escrow(UUID(int=7), "EUR")


def _raw_legs(*legs: Leg) -> None:
    with transaction.atomic():
        post_journal(
            kind=JournalKind.CORRECTION,
            business_key=f"test:{new_id()}",
            reference_id=new_id(),
            legs=legs,
        )
