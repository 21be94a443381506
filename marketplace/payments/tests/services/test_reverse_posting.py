from uuid import UUID

import pytest

from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import NotReversible, ReasonMissing
from marketplace.payments.models import LedgerJournal
from marketplace.payments.services import reverse_posting, write_off_receivable
from marketplace.payments.tests.factories import OPERATOR, Sale, actor_for, everything
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once, refused
from marketplace.payments.tests.services.test_refund_order import receivable
from marketplace.payments.tests.services.test_write_off_receivable import owing


def written_off(provider: FakeProvider) -> tuple[Sale, UUID]:
    sale = owing(provider)
    write_off_receivable(
        write_off_id=new_id(),
        seller_id=sale.seller.pk,
        amount=Money(4_500, "EUR"),
        actor=OPERATOR,
        reason="Insolvent",
    )
    return sale, LedgerJournal.objects.get(kind="write_off").id


@pytest.mark.django_db
def test_the_opposite_is_posted_once(provider: FakeProvider) -> None:
    sale, journal_id = written_off(provider)
    ids = {
        reverse_posting(journal_id=journal_id, actor=OPERATOR, reason="They paid after all")
        for _ in range(2)
    }
    assert receivable(sale) == 4_500
    reversal = LedgerJournal.objects.get(reverses_id=journal_id)
    assert ids == {reversal.id}
    assert reversal.metadata == {"reason": f"They paid after all ({OPERATOR})"}
    assert len(recorded("payments.JournalReversed")) == 1


@pytest.mark.django_db(transaction=True)
def test_twice_at_once_is_reversed_once(provider: FakeProvider) -> None:
    sale, journal_id = written_off(provider)

    def reverse() -> UUID:
        return reverse_posting(journal_id=journal_id, actor=OPERATOR, reason="Wrong seller")

    outcomes = at_once(*[reverse] * 3)
    assert refused(outcomes) == []
    assert len(set(outcomes)) == 1
    assert LedgerJournal.objects.filter(reverses_id=journal_id).count() == 1
    assert receivable(sale) == 4_500


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "reason", "is_operator", "error"),
    [
        ("escrow_release", "Wrong", True, NotReversible),
        ("refund_after_release", "Wrong", True, NotReversible),
        ("write_off", " ", True, ReasonMissing),
        ("write_off", "Wrong", False, Forbidden),
        ("", "Wrong", True, NotFound),
    ],
)
def test_what_has_a_state_behind_it_stays(
    provider: FakeProvider, kind: str, reason: str, is_operator: bool, error: type[DomainError]
) -> None:
    sale, _ = written_off(provider)
    journal = LedgerJournal.objects.filter(kind=kind).first()
    before = everything()
    with pytest.raises(error):
        reverse_posting(
            journal_id=journal.id if journal else new_id(),
            actor=OPERATOR if is_operator else actor_for(sale.seller),
            reason=reason,
        )
    assert everything() == before
