"""A process whose own clock is a day off: the database's clock makes every appointment."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.services import (
    refund_escrow,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.tests.factories import (
    actor_for,
    hold,
    in_transaction,
    make_bank_account,
    make_paid_seller,
    make_sale,
    withdraw_approved,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_day_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=1))


def test_a_withdrawal_is_sent_at_once(provider: FakeProvider, a_day_ahead: None) -> None:
    seller = make_paid_seller(provider)
    withdraw_approved(
        actor=actor_for(seller),
        amount=Money(6_000, "EUR"),
        bank_account_id=make_bank_account(seller).id,
        idempotency_key="w-1",
    )
    assert submit_payouts() == 1
    assert "pay_out" in provider.calls


def test_a_refund_is_sent_at_once(provider: FakeProvider, a_day_ahead: None) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    assert submit_refunds() == 1
    assert "refund" in provider.calls
