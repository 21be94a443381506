from datetime import timedelta
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.actor import Actor, Role
from marketplace.core.errors import Forbidden, InvalidInput, NotFound
from marketplace.core.money import Money
from marketplace.payments.errors import ReasonMissing, SettlementDiffers
from marketplace.payments.models import LedgerEntry, LedgerJournal
from marketplace.payments.services import enter_settlement, record_settlement
from marketplace.payments.tests.factories import actor_for, in_transaction, make_user
from marketplace.payments.tests.services.test_at_the_same_time import at_once

pytestmark = pytest.mark.django_db
AMOUNT = Money(250_000, "EUR")


def legs() -> list[tuple[str, int]]:
    entries = LedgerEntry.objects.order_by("id")
    return list(entries.values_list("account__code", "amount_minor"))


def record(settlement_id: str = "set_1", amount: Money = AMOUNT) -> bool:
    return in_transaction(
        record_settlement,
        provider="sandbox",
        settlement_id=settlement_id,
        amount=amount,
        occurred_at=clock.now(),
        actor=Actor.system("reconciliation"),
    )


def enter(role: Role = Role.ADMIN, **changes: Any) -> bool:
    arguments: dict[str, Any] = {
        "actor": actor_for(make_user(role)),
        "provider": "sandbox",
        "settlement_id": "set_1",
        "amount": AMOUNT,
        "occurred_at": clock.now(),
        "reason": "On the bank's statement of today",
        **changes,
    }
    return enter_settlement(**arguments)


def test_a_settlement_moves_from_clearing_to_the_bank_once() -> None:
    assert record()
    assert not record()
    assert legs() == [("bank:main", 250_000), ("psp:sandbox:clearing", -250_000)]
    assert LedgerJournal.objects.get().business_key == "settlement:sandbox:set_1"


def test_the_report_books_nothing_more_after_an_operator_has_entered_it() -> None:
    assert enter()
    assert not record()
    journal = LedgerJournal.objects.get()
    assert journal.metadata["note"] == "On the bank's statement of today"
    assert journal.metadata["by"].startswith("user:")


def test_the_same_id_with_another_amount_is_refused_and_changes_nothing() -> None:
    record()
    before = legs()
    with pytest.raises(SettlementDiffers):
        record(amount=Money(1, "EUR"))
    assert legs() == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"role": Role.SELLER}, Forbidden),
        ({"reason": "  "}, ReasonMissing),
        ({"provider": "nobody"}, NotFound),
        ({"amount": Money(0, "EUR")}, InvalidInput),
        ({"settlement_id": " "}, InvalidInput),
        ({"occurred_at": clock.now() + timedelta(days=1)}, InvalidInput),
    ],
)
def test_a_refused_entry_books_nothing(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        enter(**changes)
    assert legs() == []


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_book_it_once() -> None:
    assert sorted(at_once(record, record)) == [False, True]
    assert len(legs()) == 2
