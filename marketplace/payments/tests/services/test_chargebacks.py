"""Chargebacks, learned by webhook: opened, won and lost, in whatever order and however often."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.events.testing import recorded
from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_payments_equal_their_accounts,
    check_statements_equal_ledger,
    check_transit_accounts,
)
from marketplace.payments.errors import ChargebackOpen, RefundTooLarge
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.models import (
    Chargeback,
    LedgerJournal,
    PaymentReview,
    ProviderWebhook,
    Refund,
    Transaction,
)
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    PaymentOutcome,
    ProviderDeclined,
    RefundOutcome,
)
from marketplace.payments.services import (
    hold_captured_funds,
    process_webhooks,
    receive_webhook,
    refund_escrow,
    release_escrow,
    submit_refunds,
    watch_chargebacks,
)
from marketplace.payments.services.record_chargeback import record_chargeback_observed
from marketplace.payments.services.record_refund_outcome import record_refund_observed
from marketplace.payments.tests.factories import (
    Sale,
    balance,
    capture,
    escrow,
    everything,
    hold,
    in_transaction,
    make_sale,
    refund,
    release,
    report_capture,
    start,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db
WON, LOST, OPEN = ChargebackOutcome.WON, ChargebackOutcome.LOST, ChargebackOutcome.OPEN
FEE = Money(1_500, "EUR")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def held(provider: FakeProvider) -> Sale:
    sale = make_sale()
    hold(sale, provider)
    return sale


def tell(object_id: str, said: str = "opened") -> None:
    """A webhook about it, handled."""
    number = ProviderWebhook.objects.count()
    body = f"evt_{number} chargeback.{said} {object_id}".encode()
    receive_webhook(provider="sandbox", body=body, headers={"Fake-Signature": "signed"})
    process_webhooks()


def open_one(provider: FakeProvider, sale: Sale, minor: int = 10_000) -> str:
    paid_id = sale.attempt.provider_payment_id
    assert paid_id
    object_id = provider.open_chargeback(paid_id, eur(minor), FEE)
    tell(object_id)
    return object_id


def close(provider: FakeProvider, object_id: str, outcome: ChargebackOutcome) -> None:
    provider.close_chargeback(object_id, outcome)
    tell(object_id, outcome.lower())


def disputed(sale: Sale) -> int:
    return balance(accounts.order_disputed(sale.order_id, "EUR"))


def receivable(sale: Sale) -> int:
    return balance(accounts.seller_receivable(sale.seller.pk, "EUR"))


def funds() -> int:
    row = Chargeback.objects.latest("id")
    return balance(accounts.chargeback_funds(row.id, "EUR"))


def total(account: accounts.Account) -> int:
    return get_balance(account).amount_minor


def books_agree(provider: FakeProvider) -> None:
    for check in (
        check_payments_equal_their_accounts,
        check_statements_equal_ledger,
        check_transit_accounts,
    ):
        assert list(check(Tally())) == []
    assert check_projections().differences == []
    assert [total(accounts.psp_clearing("sandbox", "EUR"))] == [
        money.amount_minor for money in provider.read_balances()
    ]


def test_opened_it_freezes_what_was_held(provider: FakeProvider) -> None:
    sale = held(provider)
    open_one(provider, sale)
    assert (escrow(sale), disputed(sale), funds()) == (0, 10_000, 10_000)
    assert total(accounts.expense_chargeback_fee("EUR")) == 1_500
    assert sale.payment.escrow_status == "IN_ESCROW"
    (event,) = recorded("payments.ChargebackOpened")
    assert event["order_id"] == str(sale.order_id)
    for move in (
        lambda: in_transaction(release_escrow, order_id=sale.order_id),
        lambda: in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled"),
        lambda: release(sale, 1),
        lambda: refund(sale, 1),
    ):
        before = everything()
        with pytest.raises(ChargebackOpen):
            move()
        assert everything() == before
    books_agree(provider)


def test_a_part_freezes_the_deal_as_a_whole(provider: FakeProvider) -> None:
    sale = held(provider)
    open_one(provider, sale, 4_000)
    assert (escrow(sale), disputed(sale)) == (6_000, 4_000)
    with pytest.raises(ChargebackOpen):
        in_transaction(release_escrow, order_id=sale.order_id)


def test_won_the_money_is_in_escrow_again(provider: FakeProvider) -> None:
    sale = held(provider)
    close(provider, open_one(provider, sale), WON)
    assert (escrow(sale), disputed(sale), funds()) == (10_000, 0, 0)
    assert total(accounts.expense_chargeback_fee("EUR")) == 1_500, "the fee stays spent"
    assert len(recorded("payments.ChargebackWon")) == 1
    in_transaction(release_escrow, order_id=sale.order_id)
    assert wallet(sale.seller) == 9_000
    books_agree(provider)


def test_lost_before_the_release_the_buyer_has_it(provider: FakeProvider) -> None:
    sale = held(provider)
    close(provider, open_one(provider, sale), LOST)
    assert (escrow(sale), disputed(sale), funds()) == (0, 0, 0)
    assert (sale.payment.escrow_status, sale.payment.status) == ("REFUNDED", "REFUNDED")
    assert total(accounts.revenue_commission("EUR")) == 0
    assert len(recorded("payments.ChargebackLost")) == 1
    books_agree(provider)


def test_lost_after_the_release_the_seller_answers_for_it(provider: FakeProvider) -> None:
    sale = held(provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    object_id = open_one(provider, sale)
    assert (disputed(sale), wallet(sale.seller), funds()) == (0, 9_000, 10_000)
    close(provider, object_id, LOST)
    assert (wallet(sale.seller), receivable(sale), funds()) == (0, 1_000, 0)
    assert total(accounts.revenue_commission("EUR")) == 1_000, "earned all the same"
    assert sale.payment.status == "REFUNDED"
    (event,) = recorded("payments.SellerCharged")
    assert (event["wallet_minor"], event["receivable_minor"]) == (9_000, 1_000)
    line = Transaction.objects.get(wallet__user=sale.seller, type="REFUND")
    assert (line.amount_minor, line.wallet_change_minor) == (10_000, -9_000)
    books_agree(provider)


def test_won_after_the_release_nothing_has_moved(provider: FakeProvider) -> None:
    sale = held(provider)
    in_transaction(release_escrow, order_id=sale.order_id)
    close(provider, open_one(provider, sale), WON)
    assert (wallet(sale.seller), receivable(sale), funds()) == (9_000, 0, 0)
    books_agree(provider)


@pytest.mark.parametrize("outcome", [WON, LOST])
def test_of_a_sale_released_in_part_each_part_goes_its_way(
    provider: FakeProvider, outcome: ChargebackOutcome
) -> None:
    sale = held(provider)
    release(sale, 4_000)
    object_id = open_one(provider, sale, 9_000)
    assert (escrow(sale), disputed(sale), wallet(sale.seller)) == (0, 6_000, 3_600)
    close(provider, object_id, outcome)
    expected = (6_000, 0, 3_600) if outcome is WON else (0, 0, 600)
    assert (escrow(sale), disputed(sale), wallet(sale.seller)) == expected
    assert funds() == 0
    books_agree(provider)


@pytest.mark.parametrize("outcome", [OPEN, WON, LOST])
def test_the_same_word_again_changes_nothing(
    provider: FakeProvider, outcome: ChargebackOutcome
) -> None:
    """Mistake 9: recorded two or three times."""
    sale = held(provider)
    object_id = open_one(provider, sale)
    if outcome is not OPEN:
        close(provider, object_id, outcome)
    before = everything()
    tell(object_id, "opened")
    tell(object_id, "won")
    assert everything() == before
    assert Chargeback.objects.count() == 1


def test_an_end_that_is_heard_of_first_is_opening_and_end(provider: FakeProvider) -> None:
    """Mistake 10: out of order nothing is lost, and nothing moves backwards."""
    sale = held(provider)
    object_id = provider.open_chargeback(sale.attempt.provider_payment_id or "", eur(10_000), FEE)
    provider.close_chargeback(object_id, LOST)
    tell(object_id, "lost")
    tell(object_id, "opened")
    assert Chargeback.objects.get().status == "LOST"
    assert (escrow(sale), disputed(sale)) == (0, 0)
    books_agree(provider)


def test_an_older_answer_that_is_recorded_late_changes_nothing(provider: FakeProvider) -> None:
    sale = held(provider)
    object_id = open_one(provider, sale)
    older = provider.chargebacks[object_id]
    close(provider, object_id, WON)
    before = everything()
    said = record_chargeback_observed(provider="sandbox", observed=older)
    assert said == "ask again"
    assert everything() == before


@pytest.mark.parametrize(("first", "then"), [(WON, LOST), (LOST, WON)])
def test_a_word_that_changes_after_the_end_is_booked_and_reviewed(
    provider: FakeProvider, first: ChargebackOutcome, then: ChargebackOutcome
) -> None:
    """Mistake 10: a late change is neither dropped nor does it move the deal back."""
    sale = held(provider)
    object_id = open_one(provider, sale)
    close(provider, object_id, first)
    stands = (escrow(sale), sale.payment.escrow_status)
    close(provider, object_id, then)
    assert (escrow(sale), sale.payment.escrow_status) == stands
    suspense = total(accounts.suspense("sandbox", "EUR"))
    assert suspense == (10_000 if then is WON else -10_000)
    assert Chargeback.objects.get().status == first
    books_agree(provider)
    close(provider, object_id, first)
    assert total(accounts.suspense("sandbox", "EUR")) == 0
    assert PaymentReview.objects.filter(kind="CHARGEBACK_CONTRADICTION").count() == 2
    before = everything()
    tell(object_id)
    assert everything() == before
    books_agree(provider)


def test_one_that_opens_again_is_shown_to_a_person_once(provider: FakeProvider) -> None:
    sale = held(provider)
    object_id = open_one(provider, sale)
    close(provider, object_id, WON)
    provider.close_chargeback(object_id, OPEN)
    for _ in range(2):
        tell(object_id)
    assert PaymentReview.objects.get(kind="CHARGEBACK_CONTRADICTION").note.startswith(
        "The provider says that it is open again"
    )
    assert escrow(sale) == 10_000


def test_for_an_unknown_payment_it_goes_to_suspense_and_to_a_person(
    provider: FakeProvider,
) -> None:
    object_id = provider.open_chargeback("pay_unknown", eur(700), FEE)
    for _ in range(2):
        tell(object_id)
    assert total(accounts.suspense("sandbox", "EUR")) == -700
    assert total(accounts.psp_clearing("sandbox", "EUR")) == -2_200
    review = PaymentReview.objects.get()
    assert (review.kind, review.provider_object_id) == ("UNMATCHED_CHARGEBACK", object_id)
    for _ in range(2):
        close(provider, object_id, WON)
    assert total(accounts.suspense("sandbox", "EUR")) == 0
    assert total(accounts.psp_clearing("sandbox", "EUR")) == -1_500


def test_for_a_second_payment_in_suspense_it_leaves_the_escrow_alone(
    provider: FakeProvider,
) -> None:
    sale = held(provider)
    second = make_sale()
    attempt_id = capture(second, provider, eur(4_000))
    in_transaction(hold_captured_funds, payment_id=second.payment_id, attempt_id=attempt_id)
    object_id = provider.open_chargeback(second.attempt.provider_payment_id or "", eur(4_000), FEE)
    tell(object_id)
    assert PaymentReview.objects.get(kind="UNMATCHED_CHARGEBACK").order_id == second.order_id
    assert total(accounts.suspense("sandbox", "EUR")) == 0
    assert escrow(sale) == 10_000
    books_agree(provider)


def test_one_that_overtakes_its_capture_is_recorded_later(provider: FakeProvider) -> None:
    """Mistake 9: a webhook that arrives before our own commit."""
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    paid_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    object_id = provider.open_chargeback(paid_id, eur(10_000), FEE)
    tell(object_id)
    assert not Chargeback.objects.exists()
    assert ProviderWebhook.objects.get().state == "RECEIVED", "it is tried again"
    report_capture(provider, attempt_id)
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    with clock.shifted(timedelta(hours=1)):
        process_webhooks()
    assert (escrow(sale), disputed(sale)) == (0, 10_000)


def test_a_lost_webhook_is_made_up_for(provider: FakeProvider) -> None:
    sale = held(provider)
    object_id = open_one(provider, sale)
    provider.close_chargeback(object_id, LOST)
    assert watch_chargebacks() == 0
    with clock.shifted(timedelta(hours=1)):
        assert watch_chargebacks() == 1
    assert Chargeback.objects.get().status == "LOST"
    assert Chargeback.objects.get().next_check_at is None


def test_another_amount_than_was_opened_is_not_booked(provider: FakeProvider) -> None:
    sale = held(provider)
    object_id = open_one(provider, sale, 4_000)
    known = provider.chargebacks[object_id]
    provider.chargebacks[object_id] = replace(known, amount=eur(5_000), outcome=LOST)
    tell(object_id)
    assert PaymentReview.objects.get().kind == "WRONG_AMOUNT"
    assert (escrow(sale), disputed(sale)) == (6_000, 4_000)


# --- a refund and a chargeback of the same money


def sent_refund(provider: FakeProvider, sale: Sale, minor: int = 10_000) -> Refund:
    given = refund(sale, minor)
    submit_refunds()
    return Refund.objects.get(id=given.id)


def settle(provider: FakeProvider, row: Refund, outcome: RefundOutcome) -> None:
    row.refresh_from_db()
    object_id = provider.settle_refund(str(row.id), outcome)
    record_refund_observed(
        refund_id=row.id, observed=provider.refunds[object_id], known_standing=row.standing
    )


def test_after_a_refund_it_takes_nothing_from_the_seller_and_is_contested(
    provider: FakeProvider,
) -> None:
    """Mistake 2: the refund first. The bank takes it again: contested."""
    sale = held(provider)
    settle(provider, sent_refund(provider, sale), RefundOutcome.SUCCEEDED)
    object_id = open_one(provider, sale)
    review = PaymentReview.objects.get()
    assert (review.kind, review.amount_minor) == ("REFUNDED_AND_CHARGED_BACK", 10_000)
    assert (escrow(sale), disputed(sale), receivable(sale)) == (0, 0, 0)
    close(provider, object_id, LOST)
    assert total(accounts.expense_chargeback_loss("EUR")) == 10_000
    assert receivable(sale) == 0
    books_agree(provider)


@pytest.mark.parametrize("is_released", [False, True])
def test_after_it_there_is_nothing_left_to_refund(
    provider: FakeProvider, is_released: bool
) -> None:
    """Mistake 2: the chargeback first."""
    sale = held(provider)
    if is_released:
        in_transaction(release_escrow, order_id=sale.order_id)
    close(provider, open_one(provider, sale), LOST)
    before = everything()
    with pytest.raises(RefundTooLarge):
        refund(sale, 1)
    assert everything() == before


@pytest.mark.parametrize("outcome", [WON, LOST])
def test_a_refund_that_fails_meanwhile_covers_it_and_is_not_paid_twice(
    provider: FakeProvider, outcome: ChargebackOutcome
) -> None:
    """Mistake 2: the wallet would give the buyer what the bank gives already."""
    sale = held(provider)
    row = sent_refund(provider, sale, 6_000)
    object_id = open_one(provider, sale)
    assert (disputed(sale), Chargeback.objects.get().uncovered_minor) == (4_000, 6_000)
    settle(provider, row, RefundOutcome.FAILED)
    assert (disputed(sale), wallet(sale.buyer)) == (10_000, 0)
    books_agree(provider)
    close(provider, object_id, outcome)
    # Won, the failed refund is owed once more; lost, the buyer has it from the bank.
    expected = (4_000, 6_000) if outcome is WON else (0, 0)
    assert (escrow(sale), wallet(sale.buyer)) == expected
    assert total(accounts.expense_chargeback_loss("EUR")) == 0
    books_agree(provider)


def test_a_refund_that_fails_after_it_was_lost_makes_up_the_loss(provider: FakeProvider) -> None:
    sale = held(provider)
    row = sent_refund(provider, sale, 6_000)
    close(provider, open_one(provider, sale), LOST)
    assert total(accounts.expense_chargeback_loss("EUR")) == 6_000
    settle(provider, row, RefundOutcome.FAILED)
    assert total(accounts.expense_chargeback_loss("EUR")) == 0
    assert wallet(sale.buyer) == 0
    books_agree(provider)


def test_a_refund_that_the_provider_refuses_because_of_it_is_not_paid_into_the_wallet(
    provider: FakeProvider,
) -> None:
    sale = held(provider)
    refund(sale, 6_000)
    open_one(provider, sale)
    provider.fail_next = [ProviderDeclined("charged back", code="charged_back")]
    submit_refunds()
    assert (disputed(sale), wallet(sale.buyer)) == (10_000, 0)
    books_agree(provider)


def test_every_change_of_a_refunds_word_is_booked(provider: FakeProvider) -> None:
    """Mistake 10: failed, succeeded, failed, succeeded: nothing is dropped."""
    sale = held(provider)
    row = sent_refund(provider, sale)
    for turn, outcome in enumerate((RefundOutcome.FAILED, RefundOutcome.SUCCEEDED) * 3):
        settle(provider, row, outcome)
        settle(provider, row, outcome)
        is_short = turn % 2 == 1
        assert total(accounts.suspense("sandbox", "EUR")) == (-10_000 if is_short else 0)
        books_agree(provider)
    assert wallet(sale.buyer) == 10_000
    assert LedgerJournal.objects.filter(kind="shortage").count() == 3
