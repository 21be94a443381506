"""A bank returns what it was paid: the wallet has it, people are told, nothing more goes there."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import deliver_all, recorded
from marketplace.core.ids import new_id
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from marketplace.payments.errors import (
    BankAccountBlocked,
    BankAccountNotBlocked,
    OwnPayout,
    ReasonMissing,
)
from marketplace.payments.models import BankAccount, PaymentReview, Payout
from marketplace.payments.providers.protocol import PayoutOutcome, ProviderUnknown
from marketplace.payments.services import (
    approve_payout,
    clear_bank_account,
    remove_bank_account,
    submit_payouts,
    watch_paid_payouts,
)
from marketplace.payments.tests.factories import (
    IBAN,
    actor_for,
    add_approved_bank_account,
    everything,
    make_bank_account,
    make_paid_seller,
    make_user,
    set_payout_policy,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.models import User
from marketplace.users.verification.models import VerificationCase
from marketplace.users.verification.tests.factories import grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    return make_paid_seller(provider)


@pytest.fixture
def paid(provider: FakeProvider, seller: User) -> Payout:
    payout = withdraw(seller, make_bank_account(seller))
    submit_payouts()
    provider.settle_payout(str(payout.id), PayoutOutcome.PAID)
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "PAID"
    return payout


def withdraw(seller: User, account: BankAccount, key: str = "w-1", minor: int = 6_000) -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(minor, "EUR"),
        bank_account_id=account.id,
        idempotency_key=key,
    )
    return Payout.objects.get(id=snapshot.id)


def come_back(provider: FakeProvider, payout: Payout) -> None:
    provider.settle_payout(str(payout.id), PayoutOutcome.RETURNED)
    with clock.shifted(timedelta(hours=7)):
        assert watch_paid_payouts() == 1
    payout.refresh_from_db()


def refused(error: type[DomainError], command: Any, **arguments: Any) -> None:
    before, accounts = everything(), list(BankAccount.objects.order_by("id").values())
    with pytest.raises(error):
        command(**arguments)
    assert everything() == before
    assert list(BankAccount.objects.order_by("id").values()) == accounts


def test_a_return_whose_webhook_was_lost_is_found_by_asking(
    provider: FakeProvider, seller: User, paid: Payout
) -> None:
    """Mistake 10: a returned payout still shown as settled."""
    assert wallet(seller) == 4_000
    come_back(provider, paid)
    assert (paid.status, wallet(seller), paid.watch_next_at) == ("RETURNED", 10_000, None)
    assert PaymentReview.objects.get().kind == "PAYOUT_RETURNED"
    assert len(recorded("payments.PayoutReturned")) == 1


def test_the_level_that_the_account_had_given_ends_with_the_return(
    provider: FakeProvider, seller: User, paid: Payout
) -> None:
    grant(seller, "T1")
    VerificationCase.objects.update(matched_account_id=paid.bank_account_id, method="BANK_MATCH")
    # Those of the sale are for orders, which have none here.
    OutboxEvent.objects.all().delete()
    come_back(provider, paid)
    deliver_all()
    seller.refresh_from_db()
    assert seller.verification_level == "T0"
    assert VerificationCase.objects.get().decision_code == "account_refused"


def test_a_paid_payout_is_asked_about_seldom_and_for_a_month(
    provider: FakeProvider, paid: Payout
) -> None:
    provider.calls.clear()
    looks, days = [], 40
    for hour in range(days * 24):
        with clock.frozen(paid.updated_at + timedelta(hours=hour, minutes=30)):
            if watch_paid_payouts():
                looks.append(hour)
    assert len(looks) <= 9
    assert looks[0] == 6
    assert looks[-1] == 30 * 24
    assert provider.calls == ["fetch_payout"] * len(looks)
    paid.refresh_from_db()
    assert (paid.status, paid.watch_next_at) == ("PAID", None)


def test_the_window_is_policy(provider: FakeProvider, seller: User) -> None:
    set_payout_policy(return_window_days=0)
    payout = withdraw(seller, make_bank_account(seller))
    submit_payouts()
    provider.settle_payout(str(payout.id), PayoutOutcome.PAID)
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    with clock.shifted(timedelta(days=3)):
        assert watch_paid_payouts() == 0


def test_a_question_without_an_answer_changes_nothing_and_is_asked_again(
    provider: FakeProvider, paid: Payout
) -> None:
    before = everything()
    provider.fail_next = [ProviderUnknown("unreachable")]
    with clock.shifted(timedelta(hours=7)):
        watch_paid_payouts()
        assert watch_paid_payouts() == 0
    assert everything() == before
    with clock.shifted(timedelta(hours=9)):
        assert watch_paid_payouts() == 1


def test_the_seller_and_an_operator_are_told(
    provider: FakeProvider, seller: User, paid: Payout, settings: Any
) -> None:
    settings.OPERATIONS_EMAIL = "desk@example.test"
    # Those of the sale are for orders, which have none here.
    OutboxEvent.objects.all().delete()
    mail.outbox.clear()
    come_back(provider, paid)
    deliver_all()
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert set(told) == {seller.email, "desk@example.test"}
    assert "60.00 EUR" in told[seller.email].body
    assert IBAN not in told[seller.email].body
    deliver_all()
    assert len(mail.outbox) == 2


class TestNothingMoreGoesThere:
    def test_until_an_operator_clears_it(
        self, provider: FakeProvider, seller: User, paid: Payout
    ) -> None:
        come_back(provider, paid)
        account = paid.bank_account
        refused(BankAccountBlocked, withdraw, seller=seller, account=account, key="w-2")
        operator = actor_for(make_user(Role.ADMIN))

        clear_bank_account(bank_account_id=account.id, actor=operator, reason="Bank's error.")

        assert withdraw(seller, account, "w-2").status == "REQUESTED"
        kept = BankAccount.objects.get(id=account.id)
        assert (kept.cleared_by_id, kept.cleared_reason) == (operator.user_id, "Bank's error.")
        assert len(recorded("payments.BankAccountCleared")) == 1

    def test_and_not_by_removing_it_and_adding_the_same_again(
        self, provider: FakeProvider, seller: User, paid: Payout
    ) -> None:
        come_back(provider, paid)
        remove_bank_account(actor=actor_for(seller), bank_account_id=paid.bank_account_id)
        again = make_bank_account(seller)
        refused(BankAccountBlocked, withdraw, seller=seller, account=again, key="w-2")

    def test_nor_when_it_was_removed_and_added_before_it_came_back(
        self, provider: FakeProvider, seller: User, paid: Payout
    ) -> None:
        remove_bank_account(actor=actor_for(seller), bank_account_id=paid.bank_account_id)
        again = make_bank_account(seller)
        come_back(provider, paid)
        refused(BankAccountBlocked, withdraw, seller=seller, account=again, key="w-2")

    def test_but_to_a_corrected_one(
        self, provider: FakeProvider, seller: User, paid: Payout
    ) -> None:
        come_back(provider, paid)
        remove_bank_account(actor=actor_for(seller), bank_account_id=paid.bank_account_id)
        corrected = add_approved_bank_account(
            actor=actor_for(seller), account_holder="Linden Sellers Ltd", currency="EUR", iban=IBAN
        )
        account = BankAccount.objects.get(id=corrected.id)
        assert withdraw(seller, account, "w-2").status == "REQUESTED"

    def test_not_even_what_was_requested_before(
        self, provider: FakeProvider, seller: User, paid: Payout
    ) -> None:
        due = withdraw(seller, paid.bank_account, "w-2", 3_000)
        come_back(provider, paid)
        assert submit_payouts() == 1
        due.refresh_from_db()
        assert (due.status, due.awaits_approval, due.reasons) == (
            "REQUESTED",
            True,
            ["blocked_account"],
        )
        assert provider.calls.count("pay_out") == 1, "the one that came back"
        assert submit_payouts() == 0

    def test_nor_is_that_approved_until_it_is_cleared(
        self, provider: FakeProvider, seller: User, paid: Payout
    ) -> None:
        set_payout_policy(currency="EUR", approval_above_minor=0)
        waiting = withdraw(seller, paid.bank_account, "w-2", 3_000)
        come_back(provider, paid)
        first, second = (actor_for(make_user(Role.ADMIN)) for _ in range(2))
        approval: dict[str, Any] = {
            "payout_id": waiting.id,
            "actor": first,
            "reason": "Known to us",
        }
        refused(BankAccountBlocked, approve_payout, **approval)

        clear_bank_account(
            bank_account_id=waiting.bank_account_id, actor=first, reason="Bank's error."
        )
        approve_payout(**approval)
        approve_payout(**{**approval, "actor": second})
        assert submit_payouts() == 1
        waiting.refresh_from_db()
        assert waiting.status == "SENT"

    def test_who_may_clear_it(self, provider: FakeProvider, seller: User, paid: Payout) -> None:
        account_id = paid.bank_account_id
        operator = actor_for(make_user(Role.ADMIN))
        arguments = {"bank_account_id": account_id, "actor": operator, "reason": "Seen"}
        refused(BankAccountNotBlocked, clear_bank_account, **arguments)
        come_back(provider, paid)
        refused(Forbidden, clear_bank_account, **{**arguments, "actor": actor_for(seller)})
        refused(ReasonMissing, clear_bank_account, **{**arguments, "reason": " "})
        refused(NotFound, clear_bank_account, **{**arguments, "bank_account_id": new_id()})
        User.objects.filter(pk=seller.pk).update(roles=[Role.SELLER, Role.ADMIN])
        seller.refresh_from_db()
        refused(OwnPayout, clear_bank_account, **{**arguments, "actor": actor_for(seller)})


def test_a_payout_that_fails_before_it_was_paid_blocks_nothing(
    provider: FakeProvider, seller: User
) -> None:
    account = make_bank_account(seller)
    payout = withdraw(seller, account)
    submit_payouts()
    provider.settle_payout(str(payout.id), PayoutOutcome.FAILED)
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    assert withdraw(seller, account, "w-2").status == "REQUESTED"
