"""``resolve_item``, ``decide_item_resolution`` and ``ask_about_item``."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from marketplace.core.actor import Actor, Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    DifferenceChanged,
    ItemNotOpen,
    NotBookedYet,
    ProposalDecided,
    ReasonMissing,
    SecondPersonNeeded,
)
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.models import (
    ItemResolution,
    LedgerEntry,
    LedgerJournal,
    PaymentReview,
    ReconciliationItem,
    ResolutionKind,
    ResolutionStatus,
)
from marketplace.payments.providers.protocol import PaymentOutcome, ReportKind
from marketplace.payments.services import (
    ask_about_item,
    decide_item_resolution,
    hold_captured_funds,
    match_reports,
    resolve_item,
)
from marketplace.payments.services.book_unmatched_capture import book_unmatched_capture
from marketplace.payments.tests.factories import (
    actor_for,
    everything,
    hold,
    in_transaction,
    make_sale,
    make_user,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.reports import capture_line, line, open_items, reconcile

pytestmark = pytest.mark.django_db
CLEARING = accounts.psp_clearing("sandbox", "EUR")
SUSPENSE = accounts.suspense("sandbox", "EUR")
EXPENSE = accounts.expense_differences("EUR")


@pytest.fixture
def operator() -> Actor:
    return actor_for(make_user(Role.ADMIN))


@pytest.fixture
def colleague() -> Actor:
    return actor_for(make_user(Role.ADMIN))


def first_open() -> ReconciliationItem:
    return ReconciliationItem.objects.filter(match_id__isnull=True).order_by("id")[0]


def resolve(operator: Actor, kind: ResolutionKind, amount_minor: int, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "item_id": changes.pop("item_id", None) or first_open().id,
        "kind": kind,
        "expected": Money(amount_minor, "EUR"),
        "actor": operator,
        "reason": "Asked their support.",
        **changes,
    }
    return resolve_item(**arguments)


def books() -> tuple[Any, ...]:
    return (
        everything(),
        LedgerJournal.objects.count(),
        list(ReconciliationItem.objects.order_by("id").values()),
        list(ItemResolution.objects.order_by("id").values()),
    )


def balances() -> tuple[int, int, int]:
    return tuple(get_balance(account).amount_minor for account in (CLEARING, SUSPENSE, EXPENSE))  # type: ignore[return-value]


def test_foreign_money_goes_into_suspense_and_the_item_closes(
    provider: FakeProvider, operator: Actor
) -> None:
    reconcile(provider, line(amount_minor=700, object_id="pay_foreign"))
    assert resolve(operator, ResolutionKind.SUSPENSE, 700) is ResolutionStatus.DONE
    assert open_items() == []
    assert balances() == (700, 700, 0)
    review = PaymentReview.objects.get()
    assert (review.kind, review.in_suspense) == ("UNMATCHED_CAPTURE", True)
    row = ItemResolution.objects.get()
    assert (row.reason, row.proposed_by_id) == ("Asked their support.", operator.user_id)


def test_a_webhook_that_comes_later_books_foreign_money_no_second_time(
    provider: FakeProvider, operator: Actor
) -> None:
    reconcile(provider, line(amount_minor=10_000, object_id="pay_1"))
    resolve(operator, ResolutionKind.SUSPENSE, 10_000)
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    observed = provider.payments["pay_1"]
    assert book_unmatched_capture(provider="sandbox", observed=observed) == "nothing new"
    assert balances() == (10_000, 10_000, 0)


def test_money_that_left_for_nobody_is_a_shortage(provider: FakeProvider, operator: Actor) -> None:
    reconcile(provider, line(ReportKind.REFUND, -700, object_id="re_by_hand"))
    resolve(operator, ResolutionKind.SUSPENSE, -700)
    assert open_items() == []
    assert balances() == (-700, -700, 0)


def test_a_refund_by_hand_takes_foreign_money_out_of_suspense_again(
    provider: FakeProvider, operator: Actor
) -> None:
    reconcile(provider, line(amount_minor=700, object_id="pay_foreign"))
    resolve(operator, ResolutionKind.SUSPENSE, 700)
    reconcile(provider, line(ReportKind.REFUND, -700, object_id="re_by_hand"))
    resolve(operator, ResolutionKind.SUSPENSE, -700)
    assert balances() == (0, 0, 0)
    assert open_items() == []


def test_a_small_difference_is_written_off_and_both_sides_close(
    provider: FakeProvider, operator: Actor
) -> None:
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale, amount_minor=9_990))
    assert len(open_items()) == 2
    resolve(operator, ResolutionKind.WRITE_OFF, -10)
    assert open_items() == []
    assert balances() == (9_990, 0, 10)
    assert len(set(ReconciliationItem.objects.values_list("match_id", flat=True))) == 1


def test_what_we_booked_and_the_provider_never_had_is_written_off(
    provider: FakeProvider, operator: Actor
) -> None:
    hold(make_sale(Money(5_000, "EUR")), provider)
    match_reports()
    resolve(operator, ResolutionKind.WRITE_OFF, -5_000)
    assert open_items() == []
    assert balances() == (0, 0, 5_000)


def test_an_explanation_posts_nothing(provider: FakeProvider, operator: Actor) -> None:
    reconcile(provider, line(ReportKind.OTHER, 300))
    journals = LedgerJournal.objects.count()
    resolve(operator, ResolutionKind.EXPLAINED, 300)
    assert open_items() == []
    assert LedgerJournal.objects.count() == journals
    assert match_reports() == 0


class TestTwoPeople:
    @pytest.fixture
    def proposal(self, provider: FakeProvider, operator: Actor) -> ItemResolution:
        """A write-off of 100.01 EUR, the smallest that takes two."""
        reconcile(provider, line(ReportKind.OTHER, -10_001))
        assert resolve(operator, ResolutionKind.WRITE_OFF, -10_001) is ResolutionStatus.PROPOSED
        return ItemResolution.objects.get()

    def test_a_large_loss_is_only_proposed(self, proposal: ItemResolution) -> None:
        assert (proposal.status, proposal.journal_id) == ("PROPOSED", None)
        assert open_items() == [("THEIRS", "OTHER", -10_001)]
        assert balances() == (0, 0, 0)

    def test_up_to_the_limit_one_is_enough(self, provider: FakeProvider, operator: Actor) -> None:
        reconcile(provider, line(ReportKind.OTHER, -10_000))
        assert resolve(operator, ResolutionKind.WRITE_OFF, -10_000) is ResolutionStatus.DONE

    def test_suspense_takes_one_person_whatever_the_amount(
        self, provider: FakeProvider, operator: Actor
    ) -> None:
        reconcile(provider, line(ReportKind.OTHER, -99_999_999))
        assert resolve(operator, ResolutionKind.SUSPENSE, -99_999_999) is ResolutionStatus.DONE

    def test_a_colleague_agrees_and_it_is_carried_out_once(
        self, proposal: ItemResolution, colleague: Actor
    ) -> None:
        decide_item_resolution(resolution_id=proposal.id, actor=colleague, agrees=True)
        assert open_items() == []
        assert balances() == (-10_001, 0, 10_001)
        before = books()
        with pytest.raises(ProposalDecided):
            decide_item_resolution(resolution_id=proposal.id, actor=colleague, agrees=True)
        assert books() == before

    def test_nobody_agrees_with_themselves(self, proposal: ItemResolution, operator: Actor) -> None:
        before = books()
        for agrees in (True, False):
            with pytest.raises(SecondPersonNeeded):
                decide_item_resolution(resolution_id=proposal.id, actor=operator, agrees=agrees)
        assert books() == before
        with pytest.raises(IntegrityError), transaction.atomic():
            ItemResolution.objects.filter(id=proposal.id).update(decided_by_id=operator.user_id)

    def test_a_rejection_leaves_the_item_to_another_proposal(
        self, proposal: ItemResolution, operator: Actor, colleague: Actor
    ) -> None:
        with pytest.raises(ItemNotOpen):
            resolve(operator, ResolutionKind.WRITE_OFF, -10_001)
        decide_item_resolution(resolution_id=proposal.id, actor=colleague, agrees=False)
        assert open_items() == [("THEIRS", "OTHER", -10_001)]
        assert resolve(operator, ResolutionKind.SUSPENSE, -10_001) is ResolutionStatus.DONE

    def test_it_is_not_carried_out_when_the_difference_has_changed(
        self, provider: FakeProvider, proposal: ItemResolution, colleague: Actor
    ) -> None:
        reconcile(provider, line(ReportKind.OTHER, 1, object_id=first_open().object_id))
        before = books()
        with pytest.raises(DifferenceChanged):
            decide_item_resolution(resolution_id=proposal.id, actor=colleague, agrees=True)
        assert books() == before

    def test_only_operators_decide(self, proposal: ItemResolution, colleague: Actor) -> None:
        with pytest.raises(Forbidden):
            decide_item_resolution(
                resolution_id=proposal.id, actor=actor_for(make_user()), agrees=True
            )
        with pytest.raises(NotFound):
            decide_item_resolution(resolution_id=new_id(), actor=colleague, agrees=True)


def test_what_is_not_booked_yet_is_asked_for_and_not_booked_beside(
    provider: FakeProvider, operator: Actor
) -> None:
    """The webhook of a capture was lost; a journal of ours would book the money twice."""
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    reconcile(provider, capture_line(sale))
    before = books()
    for kind in (ResolutionKind.SUSPENSE, ResolutionKind.WRITE_OFF):
        with pytest.raises(NotBookedYet):
            resolve(operator, kind, 10_000)
    assert books() == before
    item = first_open()
    assert ask_about_item(item_id=item.id, actor=operator) == "captured"
    # What the order's own reaction does.
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    match_reports()
    assert open_items() == []


def test_asking_takes_an_operator_and_an_open_item(provider: FakeProvider, operator: Actor) -> None:
    reconcile(provider, line(ReportKind.OTHER, 5))
    item = first_open()
    with pytest.raises(Forbidden):
        ask_about_item(item_id=item.id, actor=actor_for(make_user()))
    with pytest.raises(NotFound):
        ask_about_item(item_id=0, actor=operator)
    assert ask_about_item(item_id=item.id, actor=operator) == ""
    resolve(operator, ResolutionKind.EXPLAINED, 5)
    with pytest.raises(ItemNotOpen):
        ask_about_item(item_id=item.id, actor=operator)


def test_each_refusal_changes_nothing(provider: FakeProvider, operator: Actor) -> None:
    reconcile(provider, line(ReportKind.OTHER, 500))
    before = books()
    refusals: list[tuple[dict[str, Any], type[DomainError]]] = [
        ({"actor": actor_for(make_user(Role.SELLER))}, Forbidden),
        ({"actor": Actor.system("a job")}, Forbidden),
        ({"reason": " "}, ReasonMissing),
        ({"item_id": 10**15}, NotFound),
        ({"expected": Money(501, "EUR")}, DifferenceChanged),
        ({"expected": Money(500, "USD")}, DifferenceChanged),
    ]
    for changes, refusal in refusals:
        for kind in ResolutionKind:
            with pytest.raises(refusal):
                resolve(operator, kind, 500, **changes)
    assert books() == before


def test_it_is_resolved_once(provider: FakeProvider, operator: Actor) -> None:
    reconcile(provider, line(ReportKind.OTHER, 500))
    item_id = first_open().id
    resolve(operator, ResolutionKind.WRITE_OFF, 500)
    before = books()
    for kind in ResolutionKind:
        with pytest.raises(ItemNotOpen):
            resolve(operator, kind, 500, item_id=item_id)
    assert books() == before


def test_mistake_14_no_leg_is_nudged_to_make_the_books_fit(
    provider: FakeProvider, operator: Actor
) -> None:
    """A difference is ended by a fresh journal of exactly its size, and every older one stays.

    Neither the amount nor the accounts are chosen by whoever resolves it, and an entry that is
    there cannot be changed, added to or moved.
    """
    sale = make_sale()
    hold(sale, provider)
    reconcile(provider, capture_line(sale, amount_minor=9_990))
    journals = list(LedgerJournal.objects.order_by("id").values())
    entries = list(LedgerEntry.objects.order_by("id").values())
    for wrong in (-9, -11, 10, 9_990):
        with pytest.raises(DifferenceChanged):
            resolve(operator, ResolutionKind.WRITE_OFF, wrong)
    resolve(operator, ResolutionKind.WRITE_OFF, -10)
    assert list(LedgerJournal.objects.order_by("id").values())[:-1] == journals
    assert list(LedgerEntry.objects.order_by("id").values())[:-2] == entries
    newest = LedgerJournal.objects.order_by("id").last()
    assert newest is not None
    assert sorted(newest.amounts_minor) == [-10, 10]
    for statement in (
        f"UPDATE payments_ledger_entry SET amount_minor = 9990 WHERE id = {entries[0]['id']}",
        f"UPDATE payments_ledger_journal SET metadata = '{{}}' WHERE id = '{newest.id}'",
        f"UPDATE payments_ledger_entry SET journal_id = '{newest.id}'",
        "DELETE FROM payments_ledger_entry",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_resolution_is_kept_as_it_is(provider: FakeProvider, operator: Actor) -> None:
    reconcile(provider, line(ReportKind.OTHER, 500))
    resolve(operator, ResolutionKind.WRITE_OFF, 500)
    for statement in (
        "UPDATE payments_item_resolution SET reason = 'none'",
        "UPDATE payments_item_resolution SET status = 'PROPOSED', journal_id = NULL",
        "DELETE FROM payments_item_resolution",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_the_same_moment_resolve_it_once(provider: FakeProvider) -> None:
    reconcile(provider, line(ReportKind.OTHER, 500))
    item_id = first_open().id
    operators = [actor_for(make_user(Role.ADMIN)) for _ in range(4)]

    def run(operator: Actor) -> str:
        try:
            resolve(operator, ResolutionKind.WRITE_OFF, 500, item_id=item_id)
        except ItemNotOpen:
            return "refused"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, operators)) == ["done", "refused", "refused", "refused"]
    assert balances() == (500, 0, -500)
    assert open_items() == []
