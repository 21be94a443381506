"""Money that a provider will not hold for ever: told early and once, and never moved by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.errors import DomainError, Forbidden, NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import (
    ChargebackOpen,
    HoldingLimitMissing,
    ReasonMissing,
    ReviewNotLiftable,
)
from marketplace.payments.holding import HoldingStage, next_alert_at, stage_at
from marketplace.payments.ledger import accounts
from marketplace.payments.models import HoldingLimit, Payment, PaymentReview
from marketplace.payments.projections import check_projections
from marketplace.payments.queries.get_holding_alerts import (
    check_holding_limits,
    get_holding_alerts,
)
from marketplace.payments.repositories.holding_limits import settle_before
from marketplace.payments.services import (
    Resolution,
    process_webhooks,
    raise_holding_alerts,
    receive_webhook,
    refund_escrow,
    release_escrow,
    release_part,
    resolve_review,
)
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    balance,
    escrow,
    everything,
    fill_wallet,
    hold,
    in_transaction,
    make_sale,
    make_user,
    pay_by_wallet,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.payments.tests.services.test_at_the_same_time import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(provider: FakeProvider) -> Sale:
    """100.00 EUR in escrow, which the provider holds for 90 days."""
    sale = make_sale()
    hold(sale, provider)
    return sale


def days_later(days: float) -> Any:
    return clock.shifted(timedelta(days=days))


def kinds() -> list[str]:
    return list(PaymentReview.objects.filter(status="OPEN").values_list("kind", flat=True))


def test_nothing_is_told_before_the_last_week(sale: Sale) -> None:
    before = everything()
    with days_later(82.9):
        assert raise_holding_alerts() == 0
    assert everything() == before


@pytest.mark.parametrize(
    ("days", "stage", "priority"), [(83.1, "WEEK", 0), (89.1, "DAY", 1), (90.1, "REACHED", 2)]
)
def test_each_stage_is_told_once_and_moves_nothing(
    sale: Sale, days: float, stage: str, priority: int
) -> None:
    """Mistake 17: a limit on holding money that comes as a surprise."""
    with days_later(days):
        raise_holding_alerts()
        after = everything()
        assert raise_holding_alerts() == 0
        assert everything() == after

    (told,) = recorded("payments.HoldingLimitNear")
    assert (told["stage"], told["held_minor"]) == (stage, 10_000)
    review = PaymentReview.objects.get()
    assert (review.kind, review.priority) == (f"HOLDING_LIMIT_{stage}", priority)
    assert (escrow(sale), sale.payment.escrow_status) == (10_000, "IN_ESCROW")
    assert wallet(sale.seller) == 0
    assert check_projections().differences == []


def test_a_later_alert_takes_the_place_of_an_earlier_one(sale: Sale) -> None:
    for days in (83.1, 89.1, 90.1):
        with days_later(days):
            raise_holding_alerts()

    assert kinds() == ["HOLDING_LIMIT_REACHED"]
    assert [told["stage"] for told in recorded("payments.HoldingLimitNear")] == [
        "WEEK",
        "DAY",
        "REACHED",
    ]
    with days_later(120):
        assert raise_holding_alerts() == 0


def test_beyond_the_limit_readiness_says_so_until_the_money_has_left(sale: Sale) -> None:
    assert check_holding_limits() == ""
    with days_later(90.1):
        raise_holding_alerts()
        assert get_holding_alerts() == {"WEEK": 0, "DAY": 0, "REACHED": 1}
        assert "1 payments are past" in check_holding_limits()

        in_transaction(release_escrow, order_id=sale.order_id)
        raise_holding_alerts()

    assert check_holding_limits() == ""
    assert kinds() == []
    assert wallet(sale.seller) == 9_000


def test_a_refund_ends_the_alerts_too(sale: Sale) -> None:
    with days_later(83.1):
        raise_holding_alerts()
        in_transaction(refund_escrow, order_id=sale.order_id, reason="Not sent")
        assert raise_holding_alerts() == 1
        assert raise_holding_alerts() == 0

    assert sale.payment.next_alert_at is None
    assert kinds() == []


def test_what_left_the_escrow_in_time_is_never_told(sale: Sale) -> None:
    in_transaction(release_escrow, order_id=sale.order_id)
    with days_later(200):
        assert raise_holding_alerts() == 0


def test_what_the_wallet_paid_has_no_limit(provider: FakeProvider) -> None:
    sale = make_sale()
    fill_wallet(sale.buyer, provider)
    pay_by_wallet(sale)
    with days_later(1000):
        assert raise_holding_alerts() == 0


def resolve(sale: Sale, reason: str = "Settled to our bank.", role: Role = Role.ADMIN) -> None:
    resolve_review(
        review_id=PaymentReview.objects.filter(payment_id=sale.payment_id).latest("id").id,
        actor=actor_for(make_user(role)),
        resolution=Resolution.LIFT_LIMIT,
        reason=reason,
    )


def test_an_operator_lets_the_money_wait_on(sale: Sale) -> None:
    with days_later(90.1):
        raise_holding_alerts()
        resolve(sale)
        assert raise_holding_alerts() == 0

    payment = sale.payment
    assert (payment.must_settle_before, payment.holding_stage) == (None, "")
    assert (payment.escrow_status, escrow(sale)) == ("IN_ESCROW", 10_000)
    assert PaymentReview.objects.get().status == "RESOLVED"
    assert check_holding_limits() == ""
    assert check_projections().differences == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"role": Role.SELLER}, Forbidden), ({"reason": "  "}, ReasonMissing)],
)
def test_only_an_operator_with_a_reason_does_so(
    sale: Sale, changes: dict[str, Any], error: type[DomainError]
) -> None:
    with days_later(90.1):
        raise_holding_alerts()
    before = everything()
    with pytest.raises(error):
        resolve(sale, **changes)
    assert everything() == before


def test_what_has_no_limit_left_is_not_lifted(sale: Sale) -> None:
    from marketplace.payments.services.lift_holding_limit import lift_holding_limit

    with days_later(90.1):
        raise_holding_alerts()
    resolve(sale)
    with pytest.raises(HoldingLimitMissing):
        in_transaction(
            lift_holding_limit,
            payment=sale.payment,
            actor=actor_for(make_user(Role.ADMIN)),
            reason="Again",
        )


def test_other_reviews_are_not_about_limits(provider: FakeProvider) -> None:
    from marketplace.payments.services import hold_captured_funds
    from marketplace.payments.tests.factories import capture

    sale = make_sale()
    attempt_id = capture(sale, provider, Money(1, "EUR"))
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    with pytest.raises(ReviewNotLiftable):
        resolve(sale)
    with pytest.raises(NotFound):
        resolve_review(
            review_id=sale.order_id,
            actor=actor_for(make_user(Role.ADMIN)),
            resolution=Resolution.LIFT_LIMIT,
            reason="None",
        )


@pytest.mark.parametrize(
    ("name", "country", "currency", "days"),
    [
        ("stripe", "", "EUR", 90),
        ("stripe", "DE", "EUR", 90),
        ("stripe", "US", "USD", 730),
        ("stripe", "TH", "THB", 10),
        ("stripe", "TH", "USD", 5),
        ("stripe", "", "JPY", 30),
        ("sandbox", "US", "USD", 90),
    ],
)
def test_the_most_specific_rule_of_the_provider_counts(
    settings: Any, name: str, country: str, currency: str, days: int
) -> None:
    HoldingLimit.objects.create(provider="stripe", country="TH", currency="USD", days=5)
    HoldingLimit.objects.create(provider="stripe", currency="JPY", days=30)
    settings.PLATFORM_COUNTRY = country
    provider = FakeProvider()
    provider.name = name
    now = clock.now()

    limit = settle_before(provider, currency=currency, captured_at=now)

    assert limit - now == timedelta(days=days)


def test_a_changed_rule_leaves_what_is_held_alone(sale: Sale, provider: FakeProvider) -> None:
    limit = sale.payment.must_settle_before
    HoldingLimit.objects.create(provider="sandbox", days=3)
    later = make_sale()
    hold(later, provider)

    assert sale.payment.must_settle_before == limit
    assert later.payment.must_settle_before is not None
    assert later.payment.must_settle_before < clock.now() + timedelta(days=4)


def test_a_limit_shorter_than_a_week_is_told_at_once(provider: FakeProvider) -> None:
    HoldingLimit.objects.create(provider="sandbox", days=3)
    sale = make_sale()
    hold(sale, provider)

    raise_holding_alerts()

    assert sale.payment.holding_stage == "WEEK"
    assert kinds() == ["HOLDING_LIMIT_WEEK"]


def test_stages_follow_each_other() -> None:
    limit = clock.now()
    assert stage_at(limit, limit - timedelta(days=8)) is HoldingStage.NONE
    assert stage_at(limit, limit - timedelta(days=7)) is HoldingStage.WEEK
    assert stage_at(limit, limit - timedelta(hours=23)) is HoldingStage.DAY
    assert stage_at(limit, limit) is HoldingStage.REACHED
    assert next_alert_at(limit, "") == limit - timedelta(days=7)
    assert next_alert_at(limit, "WEEK") == limit - timedelta(days=1)
    assert next_alert_at(limit, "DAY") == limit
    assert next_alert_at(limit, "REACHED") is None


def test_what_is_due_is_read_from_an_index_of_nothing_else(sale: Sale) -> None:
    due = Payment.objects.filter(next_alert_at__lte=clock.now()).order_by("next_alert_at")[:100]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = due.values_list("id", flat=True).explain()
    assert "payments_payment_alert_due" in plan
    assert "Sort" not in plan


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_it_once(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    Payment.objects.filter(id=sale.payment_id).update(
        must_settle_before=clock.now() + timedelta(hours=3),
        next_alert_at=clock.now() - timedelta(hours=1),
    )

    at_once(raise_holding_alerts, raise_holding_alerts, raise_holding_alerts)

    assert len(recorded("payments.HoldingLimitNear")) == 1
    assert kinds() == ["HOLDING_LIMIT_DAY"]


def test_a_part_that_was_released_leaves_the_rest_with_its_date(sale: Sale) -> None:
    limit = sale.payment.must_settle_before
    in_transaction(
        release_part, order_id=sale.order_id, amount=Money(4_000, "EUR"), release_id=new_id()
    )
    with days_later(83.1):
        raise_holding_alerts()

    assert sale.payment.must_settle_before == limit
    assert recorded("payments.HoldingLimitNear")[0]["held_minor"] == 6_000


def test_a_dispute_keeps_the_money_where_it_is_at_the_limit_too(
    sale: Sale, provider: FakeProvider
) -> None:
    paid_id = sale.attempt.provider_payment_id or ""
    object_id = provider.open_chargeback(paid_id, Money(4_000, "EUR"), Money(1_500, "EUR"))
    receive_webhook(
        provider="sandbox",
        body=f"evt_1 chargeback.opened {object_id}".encode(),
        headers={"Fake-Signature": "signed"},
    )
    process_webhooks()
    with days_later(90.1):
        raise_holding_alerts()
        with pytest.raises(ChargebackOpen):
            in_transaction(release_escrow, order_id=sale.order_id)

    payment = sale.payment
    assert (payment.escrow_status, payment.holding_stage) == ("IN_ESCROW", "REACHED")
    assert (escrow(sale), wallet(sale.seller)) == (6_000, 0)
    assert balance(accounts.order_disputed(sale.order_id, "EUR")) == 4_000
