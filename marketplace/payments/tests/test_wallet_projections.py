"""Top-ups and exchanges are what their events say, and the books agree."""

import io
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from marketplace.core.actor import Actor
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_payments_equal_their_accounts,
    check_statements_equal_ledger,
    check_top_ups_equal_their_journals,
)
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import (
    CurrencyExchange,
    Payment,
    PaymentEvent,
    TopUp,
    Transaction,
)
from marketplace.payments.projections import check_projections, rebuild_projections
from marketplace.payments.providers.protocol import PaymentOutcome
from marketplace.payments.services import (
    exchange_currency,
    raise_holding_alerts,
    refund_escrow,
    reverse_exchange,
)
from marketplace.payments.services.record_top_up_outcome import record_top_up_observed
from marketplace.payments.tests.factories import (
    hold,
    in_transaction,
    make_sale,
    make_user,
    pay_by_wallet,
    report_top_up,
    start_top_up,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_holding_limits import days_later
from marketplace.users.models import User

pytestmark = pytest.mark.django_db
DESK = Actor.system("treasury")


@pytest.fixture
def user(provider: FakeProvider) -> User:
    """Whose wallet was filled, spent, refunded, exchanged and exchanged back."""
    user = make_user()
    report_top_up(provider, start_top_up(user).id)
    report_top_up(provider, start_top_up(user, key="odd").id, Money(1, "EUR"))
    declined = start_top_up(user, key="declined")
    object_id = provider.settle_payment(str(declined.id), PaymentOutcome.DECLINED)
    record_top_up_observed(top_up_id=declined.id, observed=provider.payments[object_id])
    start_top_up(user, key="open")
    spent, returned = (make_sale(Money(minor, "EUR"), buyer=user) for minor in (100, 200))
    pay_by_wallet(spent)
    pay_by_wallet(returned)
    in_transaction(refund_escrow, order_id=returned.order_id, reason="Not sent")
    exchange_some(user)
    reverse_exchange(exchange_id=exchange_some(user), reason="A mistake", actor=DESK)
    hold(make_sale(), provider)
    with days_later(89.5):
        raise_holding_alerts()
    return user


def exchange_some(user: User) -> UUID:
    return exchange_currency(
        user_id=user.pk,
        sell=Money(1_000, "EUR"),
        buy=Money(1_100, "USD"),
        rate="1.1",
        reason="Asked for",
        exchange_id=new_id(),
        actor=DESK,
    ).id


CHECKS = (
    check_statements_equal_ledger,
    check_payments_equal_their_accounts,
    check_top_ups_equal_their_journals,
)


@pytest.mark.usefixtures("user")
def test_everything_is_what_its_events_say() -> None:
    result = check_projections()
    assert result.differences == []
    heads = (Payment, TopUp, CurrencyExchange)
    assert result.streams == sum(model.objects.count() for model in heads)
    assert result.events == PaymentEvent.objects.count()
    for check in CHECKS:
        tally = Tally()
        assert list(check(tally)) == []
        assert tally.examined > 0


@pytest.mark.parametrize(
    ("model", "change", "rows"),
    [
        (TopUp, {"failure_code": "another"}, 4),
        (TopUp, {"redirect_url": "http://elsewhere.test/"}, 4),
        (CurrencyExchange, {"rate": "9"}, 2),
        (Payment, {"next_alert_at": None, "holding_stage": "WEEK"}, 3),
        (Transaction, {"wallet_change_minor": 7}, 11),
    ],
)
def test_a_nudged_row_is_found_and_mended(
    user: User, model: Any, change: dict[str, Any], rows: int
) -> None:
    assert model.objects.update(**change) == rows
    with pytest.raises(CommandError):
        call_command("rebuild_payments", "--check", stdout=io.StringIO())

    assert rebuild_projections().written == rows

    assert check_projections().differences == []


def test_lost_rows_come_back(user: User) -> None:
    Transaction.objects.filter(payment__isnull=True).delete()
    CurrencyExchange.objects.all().delete()
    TopUp.objects.all().delete()

    assert rebuild_projections().written > 0

    assert check_projections().differences == []


def test_a_credit_without_its_journal_is_found(user: User) -> None:
    TopUp.objects.filter(credited_at__isnull=True, status="CAPTURED").update(
        credited_minor=1, credited_currency="EUR", credited_at="2026-11-22T12:00:00Z"
    )
    (found,) = check_top_ups_equal_their_journals(Tally())
    assert "credited 1 EUR, its journals 0" in found


@pytest.mark.parametrize("kind", ["TopUpCredited", "CurrencySold", "PaidFromWallet"])
def test_an_altered_event_breaks_its_chain(user: User, kind: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_payment_event DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE payments_payment_event SET payload = jsonb_set(payload, '{amount_minor}', '9') "
            "WHERE type = %s",
            [kind],
        )
        cursor.execute("ALTER TABLE payments_payment_event ENABLE TRIGGER USER")

    assert any("was altered" in difference for difference in check_projections().differences)
