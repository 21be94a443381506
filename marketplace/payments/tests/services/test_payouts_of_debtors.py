"""Money does not leave while its owner owes the platform some: it waits, and what comes back
settles the debt."""

from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from marketplace.core.actor import Role
from marketplace.core.events.delivery import deliver
from marketplace.core.events.testing import pending
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_statements_equal_ledger,
    check_transit_accounts,
)
from marketplace.payments.errors import SellerOwesMoney, WithdrawalNotCancellable
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import LedgerJournal, PaymentEvent, Payout, Transaction
from marketplace.payments.payout_reasons import PayoutReason
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PayoutOutcome,
    ProviderUnknown,
)
from marketplace.payments.services import (
    approve_payout,
    cancel_withdrawal,
    reject_payout,
    submit_payouts,
    write_off_receivable,
)
from marketplace.payments.services._payout_obstacles import set_payout_aside
from marketplace.payments.services.record_payout_outcome import record_payout_observed
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    balance,
    everything,
    make_bank_account,
    make_user,
    report_top_up,
    sell,
    set_payout_policy,
    start_top_up,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.payments.tests.services.test_chargebacks import close, open_one
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
WHY = "Known to us for years."


def withdraw(seller: User, amount_minor: int = 8_000, key: str = "w-1") -> Payout:
    snapshot = withdraw_approved(
        actor=actor_for(seller),
        amount=Money(amount_minor, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key=key,
    )
    return Payout.objects.get(id=snapshot.id)


def owed(seller: User) -> int:
    return balance(accounts.seller_receivable(seller.pk, "EUR"))


def operator() -> Any:
    return actor_for(make_user(Role.ADMIN))


def lose(provider: FakeProvider, sale: Sale, minor: int) -> None:
    close(provider, open_one(provider, sale, minor), ChargebackOutcome.LOST)


def books_agree() -> None:
    for check in (check_statements_equal_ledger, check_transit_accounts):
        with transaction.atomic():
            assert list(check(Tally())) == []
    assert check_projections().differences == []


@pytest.fixture
def sale(provider: FakeProvider) -> Sale:
    """100.00 EUR, released without commission."""
    return sell(provider, make_user(Role.SELLER))


@pytest.fixture
def waiting(provider: FakeProvider, sale: Sale) -> Payout:
    """80.00 EUR that wait for approval, of a seller who has come to owe 30.00 since."""
    set_payout_policy(currency="EUR", approval_above_minor=0)
    payout = withdraw(sale.seller)
    lose(provider, sale, 5_000)
    assert (wallet(sale.seller), owed(sale.seller)) == (0, 3_000)
    return payout


@pytest.fixture
def due(provider: FakeProvider, sale: Sale) -> Payout:
    """The same, of one that nobody has to approve and no job has taken up yet."""
    payout = withdraw(sale.seller)
    lose(provider, sale, 5_000)
    return payout


def test_nobody_approves_it_and_the_refusal_says_what_to_do(waiting: Payout) -> None:
    by, before = operator(), everything()
    with pytest.raises(SellerOwesMoney, match=r"owes 30\.00 EUR\. Reject") as refusal:
        approve_payout(payout_id=waiting.id, actor=by, reason=WHY)
    assert refusal.value.extra == {"owed": "30.00"}
    assert everything() == before


def test_the_second_approval_is_refused_as_well(provider: FakeProvider, sale: Sale) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    payout = withdraw(sale.seller)
    approve_payout(payout_id=payout.id, actor=operator(), reason=WHY)
    lose(provider, sale, 5_000)
    with pytest.raises(SellerOwesMoney):
        approve_payout(payout_id=payout.id, actor=operator(), reason=WHY)
    assert submit_payouts() == 0


def test_rejected_its_money_settles_the_debt_and_the_letter_says_so(
    sale: Sale, waiting: Payout
) -> None:
    mail.outbox.clear()
    reject_payout(payout_id=waiting.id, actor=operator(), reason="You owe us.")
    assert (wallet(sale.seller), owed(sale.seller)) == (5_000, 0)
    (letter,) = mail.outbox
    assert "30.00 EUR of it settled what you owed us" in letter.body
    journal = LedgerJournal.objects.get(kind="receivable_repaid")
    assert journal.reference_id == waiting.id
    line = Transaction.objects.get(wallet_change_minor=-3_000)
    assert (line.subject_id, line.payment_id) == (waiting.id, None)
    books_agree()


def test_cancelled_by_the_seller_it_settles_the_debt_too(sale: Sale, waiting: Payout) -> None:
    cancel_withdrawal(actor=actor_for(sale.seller), withdrawal_id=waiting.id)
    assert (wallet(sale.seller), owed(sale.seller)) == (5_000, 0)
    books_agree()


def test_once_the_debt_is_settled_it_is_approved(
    provider: FakeProvider, sale: Sale, waiting: Payout
) -> None:
    sell(provider, sale.seller, Money(3_000, "EUR"))
    for _ in range(2):
        approve_payout(payout_id=waiting.id, actor=operator(), reason=WHY)
    assert submit_payouts() == 1
    assert len(provider.payouts) == 1


def test_one_that_was_about_to_be_sent_is_set_aside(provider: FakeProvider, due: Payout) -> None:
    assert submit_payouts() == 1
    assert provider.calls.count("pay_out") == 0
    due.refresh_from_db()
    assert (due.status, due.awaits_approval, due.approvals_needed) == ("REQUESTED", True, 2)
    assert (due.reasons, due.checks, due.next_check_at) == (["owes_us"], 0, None)
    assert submit_payouts() == 0, "it waits for people"
    assert PaymentEvent.objects.filter(stream_id=due.id, type="PayoutSetAside").count() == 1
    books_agree()


def test_what_was_approved_before_the_debt_is_approved_from_anew(
    provider: FakeProvider, sale: Sale
) -> None:
    set_payout_policy(currency="EUR", approval_above_minor=0)
    payout, first = withdraw(sale.seller), operator()
    approve_payout(payout_id=payout.id, actor=first, reason=WHY)
    approve_payout(payout_id=payout.id, actor=operator(), reason=WHY)
    lose(provider, sale, 5_000)
    submit_payouts()
    payout.refresh_from_db()
    assert (payout.awaits_approval, payout.approved_by) == (True, [])
    assert payout.reasons == ["amount", "owes_us"]
    assert provider.payouts == {}

    sell(provider, sale.seller, Money(3_000, "EUR"))
    approve_payout(payout_id=payout.id, actor=first, reason="The debt is settled")
    assert submit_payouts() == 0
    approve_payout(payout_id=payout.id, actor=operator(), reason=WHY)
    assert submit_payouts() == 1
    books_agree()


def test_set_aside_it_can_be_rejected_or_cancelled(
    provider: FakeProvider, sale: Sale, due: Payout
) -> None:
    submit_payouts()
    cancel_withdrawal(actor=actor_for(sale.seller), withdrawal_id=due.id)
    assert (wallet(sale.seller), owed(sale.seller), provider.payouts) == (5_000, 0, {})
    books_agree()


def test_a_debt_in_another_currency_keeps_nothing(provider: FakeProvider, sale: Sale) -> None:
    withdraw(sale.seller)
    submit_payouts()
    lose(provider, sale, 5_000)
    assert owed(sale.seller) == 3_000
    sell(provider, sale.seller, Money(5_000, "USD"))
    snapshot = withdraw_approved(
        actor=actor_for(sale.seller),
        amount=Money(5_000, "USD"),
        bank_account_id=make_bank_account(sale.seller, "USD").id,
        idempotency_key="usd",
    )
    assert not snapshot.awaits_approval
    submit_payouts()
    assert Payout.objects.get(id=snapshot.id).status == "SENT"


def test_whoever_owes_when_asking_waits_from_the_beginning(
    provider: FakeProvider, sale: Sale
) -> None:
    withdraw(sale.seller, 10_000)
    submit_payouts()
    lose(provider, sale, 5_000)
    top_up = start_top_up(sale.seller, Money(2_000, "EUR"))
    report_top_up(provider, top_up.id)
    snapshot = withdraw_approved(
        actor=actor_for(sale.seller),
        amount=Money(2_000, "EUR"),
        bank_account_id=Payout.objects.get().bank_account_id,
        idempotency_key="w-2",
    )
    assert snapshot.awaits_approval
    assert Payout.objects.get(id=snapshot.id).reasons == ["owes_us"]


@pytest.mark.parametrize("outcome", [PayoutOutcome.FAILED, PayoutOutcome.RETURNED])
def test_what_the_bank_gives_back_settles_the_debt(
    provider: FakeProvider, sale: Sale, outcome: PayoutOutcome
) -> None:
    payout = withdraw(sale.seller)
    submit_payouts()
    lose(provider, sale, 5_000)
    mail.outbox.clear()
    object_id = provider.settle_payout(str(payout.id), outcome)
    record_payout_observed(
        payout_id=payout.id, observed=provider.payouts[object_id], known_status="SENT"
    )
    assert (wallet(sale.seller), owed(sale.seller)) == (5_000, 0)
    for envelope in pending():
        if envelope.type in {"payments.PayoutFailed", "payments.PayoutReturned"}:
            deliver(envelope)
    letters = [letter for letter in mail.outbox if letter.to == [sale.seller.email]]
    assert any("30.00 EUR of it settled what you owed us" in letter.body for letter in letters)
    books_agree()


# --- crashes and races


def test_one_that_was_perhaps_sent_is_asked_about_and_not_sent_again(
    provider: FakeProvider, sale: Sale
) -> None:
    """A worker may have died between sending it and saying so: taking it back could pay twice."""
    payout = withdraw(sale.seller)
    provider.fail_next = [ProviderUnknown("no answer", code="timeout")]
    submit_payouts()
    lose(provider, sale, 5_000)
    Payout.objects.update(next_check_at=payout.requested_at)
    submit_payouts()
    payout.refresh_from_db()
    assert (payout.status, payout.awaits_approval) == ("UNKNOWN", False)
    assert "owes" in payout.last_error
    assert provider.calls.count("pay_out") == 1
    with pytest.raises(WithdrawalNotCancellable):
        reject_payout(payout_id=payout.id, actor=operator(), reason="It owes")

    write_off_receivable(
        write_off_id=new_id(),
        seller_id=sale.seller.pk,
        amount=Money(3_000, "EUR"),
        actor=operator(),
        reason="Agreed",
    )
    Payout.objects.update(next_check_at=payout.requested_at)
    submit_payouts()
    payout.refresh_from_db()
    assert payout.status == "SENT"


def test_a_claim_by_somebody_else_since_leaves_it_alone(due: Payout) -> None:
    Payout.objects.update(checks=2)
    before = everything()
    assert not set_payout_aside(payout_id=due.id, claims=1, reason=PayoutReason.OWES_US)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_a_chargeback_lost_while_it_is_sent_leaves_it_sent_or_set_aside(
    provider: FakeProvider, _round: int
) -> None:
    sale = sell(provider, make_user(Role.SELLER))
    payout = withdraw(sale.seller)
    object_id = open_one(provider, sale, 5_000)
    outcomes = at_once(
        submit_payouts, partial(close, provider, object_id, ChargebackOutcome.LOST), submit_payouts
    )
    assert refused(outcomes) == []
    payout.refresh_from_db()
    is_sent = payout.status == "SENT"
    assert payout.awaits_approval != is_sent
    assert len(provider.payouts) == is_sent
    assert (wallet(sale.seller), owed(sale.seller)) == (0, 3_000)
    books_agree()


@pytest.mark.django_db(transaction=True)
def test_rejecting_and_cancelling_at_the_same_moment_settles_it_once(
    provider: FakeProvider, sale: Sale, due: Payout
) -> None:
    submit_payouts()
    at_once(
        partial(cancel_withdrawal, actor=actor_for(sale.seller), withdrawal_id=due.id),
        partial(reject_payout, payout_id=due.id, actor=operator(), reason="It owes"),
    )
    assert (wallet(sale.seller), owed(sale.seller)) == (5_000, 0)
    assert LedgerJournal.objects.filter(kind="receivable_repaid").count() == 1
    books_agree()
