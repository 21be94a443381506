from datetime import timedelta
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import DomainError, Forbidden
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import NothingToWriteOff, ReasonMissing
from marketplace.payments.ledger import accounts
from marketplace.payments.ledger.balances import get_balance
from marketplace.payments.ledger.errors import BusinessKeyReused
from marketplace.payments.models import LedgerJournal
from marketplace.payments.queries import list_receivables
from marketplace.payments.services import write_off_receivable
from marketplace.payments.tests.factories import OPERATOR, Sale, actor_for, everything, refund
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_refund_order import (
    receivable,
    released,
    spend,
)

pytestmark = pytest.mark.django_db


def owing(provider: FakeProvider) -> Sale:
    """A seller who owes 45.00 EUR."""
    sale = released(provider)
    spend(sale, 9_000)
    refund(sale, 5_000)
    return sale


def test_it_becomes_the_platforms_loss(provider: FakeProvider) -> None:
    sale, write_off_id = owing(provider), new_id()
    arguments: dict[str, Any] = {
        "write_off_id": write_off_id,
        "seller_id": sale.seller.pk,
        "amount": Money(4_000, "EUR"),
        "actor": OPERATOR,
        "reason": "Insolvent",
    }
    write_off_receivable(**arguments)
    write_off_receivable(**arguments)
    assert receivable(sale) == 500
    assert get_balance(accounts.expense_chargeback_loss("EUR")) == Money(4_000, "EUR")
    assert len(recorded("payments.ReceivableWrittenOff")) == 1
    journal = LedgerJournal.objects.get(kind="write_off")
    assert journal.metadata == {"actor": str(OPERATOR), "reason": "Insolvent"}
    with pytest.raises(BusinessKeyReused):
        write_off_receivable(**{**arguments, "amount": Money(1, "EUR")})


@pytest.mark.parametrize(
    ("minor", "reason", "is_operator", "error"),
    [
        (4_501, "Gone", True, NothingToWriteOff),
        (0, "Gone", True, NothingToWriteOff),
        (1, " ", True, ReasonMissing),
        (1, "Gone", False, Forbidden),
    ],
)
def test_what_is_not_owed_or_not_explained_stays(
    provider: FakeProvider, minor: int, reason: str, is_operator: bool, error: type[DomainError]
) -> None:
    sale = owing(provider)
    actor: Actor = OPERATOR if is_operator else actor_for(sale.seller)
    before = everything()
    with pytest.raises(error):
        write_off_receivable(
            write_off_id=new_id(),
            seller_id=sale.seller.pk,
            amount=Money(minor, "EUR"),
            actor=actor,
            reason=reason,
        )
    assert everything() == before


def test_operators_see_who_owes_and_since_when(provider: FakeProvider) -> None:
    sale, other = owing(provider), owing(provider)
    refund(sale, 1_000)
    with clock.frozen(clock.now() + timedelta(days=40)):
        rows = list_receivables(actor=OPERATOR)
    assert [(row.seller_id, row.amount.amount_minor, row.age_days) for row in rows] == [
        (sale.seller.pk, 5_400, 40),
        (other.seller.pk, 4_500, 40),
    ]
    assert [row.seller_id for row in list_receivables(actor=OPERATOR, seller_id=other.seller.pk)]
    with pytest.raises(Forbidden):
        list_receivables(actor=actor_for(sale.seller))
