"""``request_withdrawal``, ``submit_payouts`` and what the provider makes of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.appointments import ASK_AGAIN
from marketplace.payments.errors import (
    BankAccountCurrencyMismatch,
    IdempotencyKeyReused,
    InsufficientBalance,
    WalletInactive,
    WithdrawalNotPositive,
    WithdrawalTooSmall,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.models import (
    BankAccount,
    PaymentReview,
    Payout,
    PayoutMinimum,
    Transaction,
    Wallet,
)
from marketplace.payments.providers.protocol import (
    PayoutOutcome,
    ProviderRejected,
    ProviderUnknown,
)
from marketplace.payments.services import (
    remove_bank_account,
    submit_payouts,
)
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.tests.factories import (
    IBAN,
    actor_for,
    balance,
    everything,
    make_bank_account,
    make_paid_seller,
    make_user,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider, Killed
from marketplace.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(provider: FakeProvider) -> User:
    """With 100.00 EUR in the wallet."""
    return make_paid_seller(provider)


def withdraw(seller: User, amount_minor: int = 6_000, key: str = "w-1", **changes: Any) -> Payout:
    arguments: dict[str, Any] = {
        "actor": actor_for(seller),
        "amount": Money(amount_minor, "EUR"),
        "bank_account_id": changes.pop("bank_account_id", None) or make_bank_account(seller).id,
        "idempotency_key": key,
        **changes,
    }
    return Payout.objects.get(id=withdraw_approved(**arguments).id)


def settle(provider: FakeProvider, payout: Payout, outcome: PayoutOutcome) -> str:
    object_id = provider.settle_payout(str(payout.id), outcome)
    said = record_payout_observed(
        payout_id=payout.id,
        observed=provider.payouts[object_id],
        known_status=payout.status,
    )
    payout.refresh_from_db()
    return said


def in_transit(payout: Payout) -> int:
    return balance(accounts.payout_in_transit(payout.id, "EUR"))


def test_the_money_is_paid_out(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller)
    assert (wallet(seller), in_transit(payout)) == (4_000, 6_000)
    assert "pay_out" not in provider.calls, "the provider is called by the job alone"
    assert submit_payouts() == 1
    sent = provider.destinations[str(payout.id)]
    assert (sent.destination.number, sent.destination.account_holder) == (IBAN, "Linden Seller")
    settle(provider, payout, PayoutOutcome.PAID)
    assert (payout.status, in_transit(payout), wallet(seller)) == ("PAID", 0, 4_000)
    assert len(recorded("payments.PayoutPaid")) == 1
    line = Transaction.objects.get(type="WITHDRAWAL")
    assert (line.status, line.wallet_change_minor) == ("COMPLETED", -6_000)


def test_the_same_key_gives_the_same_payout(provider: FakeProvider, seller: User) -> None:
    account = make_bank_account(seller)
    first = withdraw(seller, bank_account_id=account.id)
    before = everything()
    assert withdraw(seller, bank_account_id=account.id).id == first.id
    with pytest.raises(IdempotencyKeyReused):
        withdraw(seller, 1, bank_account_id=account.id)
    assert everything() == before


def test_no_more_than_the_balance_is_withdrawn(provider: FakeProvider, seller: User) -> None:
    account = make_bank_account(seller)
    before = everything()
    with pytest.raises(InsufficientBalance):
        withdraw(seller, 10_001, bank_account_id=account.id)
    assert everything() == before
    assert withdraw(seller, 10_000, bank_account_id=account.id).status == "REQUESTED"


@pytest.mark.parametrize("amount_minor", [0, -100])
def test_only_positive_amounts_are_withdrawn(seller: User, amount_minor: int) -> None:
    account = make_bank_account(seller)
    before = everything()
    with pytest.raises(WithdrawalNotPositive):
        withdraw(seller, amount_minor, bank_account_id=account.id)
    assert everything() == before


def test_less_than_the_minimum_is_refused(seller: User) -> None:
    PayoutMinimum.objects.create(currency="EUR", minimum_minor=500)
    account = make_bank_account(seller)
    before = everything()
    with pytest.raises(WithdrawalTooSmall):
        withdraw(seller, 499, bank_account_id=account.id)
    assert everything() == before
    assert withdraw(seller, 500, bank_account_id=account.id).amount_minor == 500


def test_the_bank_account_must_be_ones_own_and_kept(seller: User) -> None:
    other = make_bank_account(make_user())
    removed = make_bank_account(seller)
    remove_bank_account(actor=actor_for(seller), bank_account_id=removed.id)
    before = everything()
    for account_id in (other.id, removed.id, new_id()):
        with pytest.raises(NotFound):
            withdraw(seller, bank_account_id=account_id)
    with pytest.raises(NotFound):
        withdraw(seller, actor=Actor.system("job"), bank_account_id=other.id)
    assert everything() == before


def test_the_bank_account_must_take_the_currency(seller: User) -> None:
    account = make_bank_account(seller, "USD")
    before = everything()
    with pytest.raises(BankAccountCurrencyMismatch):
        withdraw(seller, bank_account_id=account.id)
    assert everything() == before


def test_a_wallet_that_is_not_there_has_no_money(seller: User) -> None:
    account = make_bank_account(seller, "USD")
    with pytest.raises(InsufficientBalance):
        withdraw(seller, amount=Money(1, "USD"), bank_account_id=account.id)


def test_nothing_leaves_an_inactive_wallet(seller: User) -> None:
    Wallet.objects.filter(user=seller).update(is_active=False)
    account = make_bank_account(seller)
    before = everything()
    with pytest.raises(WalletInactive):
        withdraw(seller, bank_account_id=account.id)
    assert everything() == before


def test_a_payout_that_fails_comes_back(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller)
    submit_payouts()
    settle(provider, payout, PayoutOutcome.FAILED)
    assert (payout.status, in_transit(payout), wallet(seller)) == ("FAILED", 0, 10_000)
    lines = dict(Transaction.objects.filter(subject_id=payout.id).values_list("type", "status"))
    assert lines == {"WITHDRAWAL": "FAILED", "DEPOSIT": "COMPLETED"}


def test_a_payout_that_is_refused_comes_back(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller)
    provider.fail_next = [ProviderRejected("no", code="iban_invalid")]
    submit_payouts()
    payout.refresh_from_db()
    assert (payout.status, payout.failure_code) == ("FAILED", "iban_invalid")
    assert wallet(seller) == 10_000


def test_a_returned_payout_is_not_shown_as_settled(provider: FakeProvider, seller: User) -> None:
    """Mistake 10: the late failure was dropped because the row already said success."""
    payout = withdraw(seller)
    submit_payouts()
    settle(provider, payout, PayoutOutcome.PAID)
    assert settle(provider, payout, PayoutOutcome.RETURNED) == "returned"
    assert (payout.status, in_transit(payout), wallet(seller)) == ("RETURNED", 0, 10_000)
    assert PaymentReview.objects.get().kind == "PAYOUT_RETURNED"
    assert len(recorded("payments.PayoutReturned")) == 1


def test_a_return_that_overtakes_the_payment_ends_the_same(
    provider: FakeProvider, seller: User
) -> None:
    """Mistake 10: out-of-order events never move state backwards."""
    payout = withdraw(seller)
    submit_payouts()
    settle(provider, payout, PayoutOutcome.RETURNED)
    before = everything()
    object_id = provider.settle_payout(str(payout.id), PayoutOutcome.PAID)
    older = provider.payouts[object_id]
    assert record_payout_observed(payout_id=payout.id, observed=older) == ASK_AGAIN
    assert settle(provider, payout, PayoutOutcome.OPEN) == "nothing new"
    assert everything() == before
    assert (payout.status, wallet(seller)) == ("RETURNED", 10_000)


def test_a_payment_after_a_failure_is_a_shortage_for_a_person(
    provider: FakeProvider, seller: User
) -> None:
    payout = withdraw(seller)
    submit_payouts()
    settle(provider, payout, PayoutOutcome.FAILED)
    assert settle(provider, payout, PayoutOutcome.PAID) == "contradicted"
    assert PaymentReview.objects.get().kind == "PAYOUT_CONTRADICTION"
    assert wallet(seller) == 10_000
    before = everything()
    assert settle(provider, payout, PayoutOutcome.PAID) == "nothing new"
    assert everything() == before


def test_a_lost_answer_is_asked_for_and_never_paid_twice(
    provider: FakeProvider, seller: User
) -> None:
    """Mistake 3: a call that timed out after the provider acted."""
    payout = withdraw(seller)
    provider.lose_next_answers = 1
    submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "UNKNOWN"
    assert in_transit(payout) == 6_000, "an unknown outcome is not a failure"
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "SENT"
    assert (provider.calls.count("pay_out"), len(provider.payouts)) == (1, 1)


def test_a_call_that_never_arrived_is_sent_again(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller)
    provider.fail_next = [ProviderUnknown("unreachable")]
    submit_payouts()
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "SENT"


def test_a_worker_that_died_while_sending_pays_once(provider: FakeProvider, seller: User) -> None:
    payout = withdraw(seller)
    provider.kill_after_next = True
    with pytest.raises(Killed):
        submit_payouts()
    assert submit_payouts() == 0, "it is leased to the worker that died"
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "SENT"
    assert (provider.calls.count("pay_out"), len(provider.payouts)) == (1, 1)


def test_a_key_of_a_failed_withdrawal_does_not_start_a_new_one(
    provider: FakeProvider, seller: User
) -> None:
    """Mistake 11: an idempotency key reused for a new attempt after a definite failure."""
    account = make_bank_account(seller)
    failed = withdraw(seller, bank_account_id=account.id)
    provider.fail_next = [ProviderRejected("no", code="iban_invalid")]
    submit_payouts()
    again = withdraw(seller, bank_account_id=account.id)
    assert (again.id, again.status) == (failed.id, "FAILED")
    assert submit_payouts() == 0
    new = withdraw(seller, key="w-2", bank_account_id=account.id)
    submit_payouts()
    (sent,) = provider.payouts.values()
    assert sent.reference == str(new.id), "a new attempt has a new name at the provider"


def test_the_refusal_of_a_repetition_is_not_the_refusal_of_the_first(
    provider: FakeProvider, seller: User
) -> None:
    """Mistake 3: the first sending was lost, the list of the provider lags, and the repetition
    is refused because its reference is in use."""
    payout = withdraw(seller)
    provider.lose_next_answers = 1
    submit_payouts()
    hidden, provider.payouts = provider.payouts, {}
    refuse = provider.pay_out

    def refuse_and_show(new: Any) -> Any:
        provider.payouts = hidden
        raise ProviderRejected("this reference is in use", code="duplicate")

    provider.pay_out = refuse_and_show  # type: ignore[method-assign]
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    provider.pay_out = refuse  # type: ignore[method-assign]
    payout.refresh_from_db()
    assert (payout.status, wallet(seller)) == ("SENT", 4_000)


def test_a_repetition_that_nobody_knows_and_that_is_refused_comes_back(
    provider: FakeProvider, seller: User
) -> None:
    payout = withdraw(seller)
    provider.fail_next = [ProviderUnknown("unreachable")]
    submit_payouts()
    provider.pay_out = _refuse  # type: ignore[method-assign]
    with clock.shifted(timedelta(minutes=5)):
        submit_payouts()
    payout.refresh_from_db()
    assert (payout.status, wallet(seller)) == ("FAILED", 10_000)


def test_an_account_that_cannot_be_opened_holds_up_its_own_payout_only(
    provider: FakeProvider, seller: User
) -> None:
    bad = withdraw(seller, 1_000, "bad")
    other = withdraw(make_paid_seller(provider), 2_000)
    BankAccount.objects.filter(id=bad.bank_account_id).update(number_encrypted=b"altered")
    assert submit_payouts() == 2
    other.refresh_from_db()
    bad.refresh_from_db()
    assert (other.status, bad.status) == ("SENT", "REQUESTED")
    assert "Undecipherable" in bad.last_error
    assert wallet(seller) == 9_000, "nothing is booked on a guess"


def _refuse(new: Any) -> Any:
    raise ProviderRejected("no", code="iban_invalid")


def test_payouts_that_nobody_schedules_are_a_mistake_of_others() -> None:
    """Mistake 15: the jobs run in the default start-up."""
    from marketplace.core.jobs import registered_jobs

    assert {
        "payments.process_webhooks",
        "payments.settle_unknown_attempts",
        "payments.submit_payouts",
        "payments.submit_refunds",
    } <= set(registered_jobs())


def test_ids_of_withdrawals_are_the_reference_the_provider_sees(
    provider: FakeProvider, seller: User
) -> None:
    payout = withdraw(seller)
    submit_payouts()
    (sent,) = provider.payouts.values()
    assert UUID(sent.reference) == payout.id
