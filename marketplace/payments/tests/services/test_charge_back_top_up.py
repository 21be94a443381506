"""The payer's bank takes a top-up back: its user bears it, once, and has it again if it is won."""

import threading
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.money import Money
from marketplace.payments.audits import check_top_ups_equal_their_journals
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import Tally, run_audit
from marketplace.payments.models import PaymentReview, TopUp, Transaction
from marketplace.payments.projections import check_projections, rebuild_projections
from marketplace.payments.providers.protocol import ChargebackOutcome, ProviderUnknown
from marketplace.payments.services.record_chargeback import record_chargeback_observed
from marketplace.payments.tests.factories import (
    balance,
    everything,
    make_sale,
    make_user,
    pay_by_wallet,
    report_top_up,
    start_top_up,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_hold_captured_funds import suspense_minor
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
NO_FEE = Money(0, "EUR")


@pytest.fixture
def user() -> User:
    return make_user()


def topped_up(user: User, provider: FakeProvider, amount_minor: int = 10_000) -> TopUp:
    started = start_top_up(user, Money(amount_minor, "EUR"))
    report_top_up(provider, started.id)
    return TopUp.objects.get(id=started.id)


def claim(provider: FakeProvider, top_up: TopUp, amount_minor: int = 10_000) -> str:
    return provider.open_chargeback(
        top_up.provider_payment_id or "", Money(amount_minor, "EUR"), NO_FEE
    )


def hear(provider: FakeProvider, claim_id: str) -> str:
    return record_chargeback_observed(provider="sandbox", observed=provider.chargebacks[claim_id])


def owed(user: User) -> int:
    return balance(accounts.seller_receivable(user.pk, "EUR"))


def spend(user: User, amount_minor: int) -> None:
    pay_by_wallet(make_sale(Money(amount_minor, "EUR"), buyer=user))


def differences() -> list[str]:
    return [
        f"{r.name}: {r.differences}, first {r.first}"
        for r in run_audit().results
        if r.differences and "providers" not in r.name
    ]


def test_it_is_taken_from_the_wallet_at_once(user: User, provider: FakeProvider) -> None:
    top_up = topped_up(user, provider)
    hear(provider, claim(provider, top_up))
    assert (wallet(user), owed(user), suspense_minor()) == (0, 0, 0)
    top_up.refresh_from_db()
    assert (top_up.credited_minor, top_up.charged_back_minor) == (10_000, 10_000)
    review = PaymentReview.objects.get()
    assert (review.kind, review.in_suspense) == ("UNMATCHED_CHARGEBACK", False)
    assert "a top-up" in review.note
    line = Transaction.objects.latest("id")
    assert (line.type, line.wallet_change_minor) == ("WITHDRAWAL", -10_000)
    assert differences() == []


def test_what_was_spent_is_owed(user: User, provider: FakeProvider) -> None:
    top_up = topped_up(user, provider)
    spend(user, 7_000)
    hear(provider, claim(provider, top_up))
    assert (wallet(user), owed(user), suspense_minor()) == (0, 7_000, 0)
    assert "is owed" in Transaction.objects.latest("id").notes
    assert differences() == []


def test_hearing_of_it_again_changes_nothing(user: User, provider: FakeProvider) -> None:
    claim_id = claim(provider, topped_up(user, provider))
    hear(provider, claim_id)
    before = everything()
    assert hear(provider, claim_id) == "nothing new"
    assert everything() == before


def test_when_it_is_won_the_user_has_it_again_and_owes_nothing_for_it(
    user: User, provider: FakeProvider
) -> None:
    top_up = topped_up(user, provider)
    spend(user, 7_000)
    claim_id = claim(provider, top_up)
    hear(provider, claim_id)
    provider.close_chargeback(claim_id, ChargebackOutcome.WON)
    assert hear(provider, claim_id) == "returned from suspense"
    assert (wallet(user), owed(user), suspense_minor()) == (3_000, 0, 0)
    top_up.refresh_from_db()
    assert top_up.charged_back_minor == 0
    before = everything()
    assert hear(provider, claim_id) == "nothing new"
    assert everything() == before
    assert differences() == []


def test_a_loss_changes_nothing_more(user: User, provider: FakeProvider) -> None:
    claim_id = claim(provider, topped_up(user, provider))
    hear(provider, claim_id)
    before = everything()
    provider.close_chargeback(claim_id, ChargebackOutcome.LOST)
    hear(provider, claim_id)
    assert everything() == before


def test_two_for_one_top_up_take_no_more_than_it_was(user: User, provider: FakeProvider) -> None:
    top_up = topped_up(user, provider)
    hear(provider, claim(provider, top_up, 6_000))
    hear(provider, claim(provider, top_up, 6_000))
    assert (wallet(user), owed(user)) == (0, 0)
    # What the bank took beyond it stands in suspense, for a person.
    assert suspense_minor() == -2_000
    assert differences() == []


def test_before_its_capture_is_known_it_is_recorded_later(
    user: User, provider: FakeProvider
) -> None:
    started = start_top_up(user)
    top_up = TopUp.objects.get(id=started.id)
    claim_id = claim(provider, top_up)
    before = everything()
    with pytest.raises(ProviderUnknown):
        hear(provider, claim_id)
    assert everything() == before
    report_top_up(provider, started.id)
    hear(provider, claim_id)
    assert (wallet(user), suspense_minor()) == (0, 0)


def test_of_another_currency_only_a_person_decides(user: User, provider: FakeProvider) -> None:
    top_up = topped_up(user, provider)
    claim_id = claim(provider, top_up)
    provider.chargebacks[claim_id] = replace(
        provider.chargebacks[claim_id], amount=Money(10_000, "USD"), fee=Money(0, "USD")
    )
    hear(provider, claim_id)
    assert (wallet(user), suspense_minor("USD")) == (10_000, -10_000)
    assert PaymentReview.objects.get().kind == "UNMATCHED_CHARGEBACK"


@pytest.mark.django_db(transaction=True)
def test_two_workers_hearing_of_it_at_once_take_it_once(provider: FakeProvider) -> None:
    user = make_user()
    claim_id = claim(provider, topped_up(user, provider))

    def work() -> None:
        try:
            hear(provider, claim_id)
        except DatabaseError:
            pass  # the loser's webhook is tried again
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wallet(user), suspense_minor()) == (0, 0)
    assert PaymentReview.objects.count() == 1


def test_the_database_refuses_more_back_than_was_credited(
    user: User, provider: FakeProvider
) -> None:
    top_up = topped_up(user, provider)
    with pytest.raises(DatabaseError, match="back_within_credited"), transaction.atomic():
        TopUp.objects.filter(id=top_up.id).update(charged_back_minor=10_001)


def test_what_was_taken_back_without_its_journal_is_found(
    user: User, provider: FakeProvider
) -> None:
    top_up = topped_up(user, provider)
    claim_id = claim(provider, top_up, 4_000)
    hear(provider, claim_id)
    assert list(check_top_ups_equal_their_journals(Tally())) == []
    TopUp.objects.filter(id=top_up.id).update(charged_back_minor=5_000)
    (found,) = check_top_ups_equal_their_journals(Tally())
    assert "charged back 5000 EUR, its journals 4000" in found
    TopUp.objects.filter(id=top_up.id).update(charged_back_minor=4_000)
    provider.close_chargeback(claim_id, ChargebackOutcome.WON)
    hear(provider, claim_id)
    assert list(check_top_ups_equal_their_journals(Tally())) == []


def test_lines_of_what_a_bank_took_and_gave_back_can_be_rebuilt(
    user: User, provider: FakeProvider
) -> None:
    claim_id = claim(provider, topped_up(user, provider))
    hear(provider, claim_id)
    provider.close_chargeback(claim_id, ChargebackOutcome.WON)
    hear(provider, claim_id)
    assert check_projections().differences == []
    Transaction.objects.filter(notes__startswith="Your bank").delete()
    assert rebuild_projections().written > 0
    assert check_projections().differences == []
