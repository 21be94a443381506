"""What the buyer approved is collected once, by whoever hears of it first, or not at all."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.clock import frozen
from marketplace.core.events.testing import recorded
from marketplace.payments.appointments import LOOK_SOON_SECONDS
from marketplace.payments.models import PaymentAttempt
from marketplace.payments.services import process_webhooks, receive_webhook
from marketplace.payments.services._asking import FORGOTTEN_AFTER_HOURS
from marketplace.payments.services.settle_unknown_attempts import settle_unknown_attempts
from marketplace.payments.services.void_payment import void_payment
from marketplace.payments.tests.factories import (
    Sale,
    everything,
    hold,
    in_transaction,
    make_sale,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider

pytestmark = pytest.mark.django_db
SIGNED = {"Fake-Signature": "signed"}


def hear_of(object_id: str, event_id: str = "evt_1") -> None:
    body = f"{event_id} payment.approved {object_id}".encode()
    receive_webhook(provider="sandbox", body=body, headers=SIGNED)
    process_webhooks()


def approved(provider: FakeProvider) -> tuple[Sale, str]:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    return sale, provider.approve_payment(str(attempt_id))


def make_due(sale: Sale) -> None:
    PaymentAttempt.objects.filter(id=sale.attempt.id).update(next_check_at=clock.database_now())


def test_a_webhook_of_an_approval_collects(provider: FakeProvider) -> None:
    sale, object_id = approved(provider)
    hear_of(object_id)
    hear_of(object_id, "evt_2")
    assert (sale.attempt.status, provider.captures) == ("CAPTURED", 1)
    assert len(recorded("payments.CaptureReported")) == 1


def test_the_repair_job_collects_when_the_webhook_was_lost(provider: FakeProvider) -> None:
    sale, _ = approved(provider)
    make_due(sale)
    settle_unknown_attempts()
    assert (sale.attempt.status, provider.captures) == ("CAPTURED", 1)


def test_an_unanswered_capture_is_asked_about_and_not_taken_twice(provider: FakeProvider) -> None:
    sale, object_id = approved(provider)
    provider.lose_next_answers = 1
    hear_of(object_id)
    assert (sale.attempt.status, provider.captures) == ("REDIRECTED", 1)
    make_due(sale)
    settle_unknown_attempts()
    assert (sale.attempt.status, provider.captures) == ("CAPTURED", 1)


def test_what_was_approved_after_the_order_had_ended_is_not_taken(provider: FakeProvider) -> None:
    sale, object_id = approved(provider)
    in_transaction(void_payment, order_id=sale.order_id)
    hear_of(object_id)
    assert provider.captures == 0
    assert (sale.attempt.status, sale.attempt.failure_code) == ("DECLINED", "not_collected")


def test_a_second_approval_of_a_paid_order_is_not_taken(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    object_id = provider.approve_payment(str(sale.attempt.id))
    before = everything()
    hear_of(object_id)
    assert provider.captures == 0
    assert everything() == before


def test_the_buyer_who_is_back_is_asked_about_soon(provider: FakeProvider) -> None:
    sale, _ = approved(provider)
    start(sale, key="key-2")
    appointment = sale.attempt.next_check_at
    assert appointment is not None
    assert appointment <= clock.database_now() + timedelta(seconds=LOOK_SOON_SECONDS)


def test_a_page_that_the_provider_forgot_ends_and_lets_the_buyer_try_again(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    start(sale)
    provider.payments.clear()
    make_due(sale)
    settle_unknown_attempts()
    assert sale.attempt.status == "REDIRECTED", "perhaps it is not known everywhere yet"
    with frozen(clock.now() + timedelta(hours=FORGOTTEN_AFTER_HOURS + 1)):
        settle_unknown_attempts()
    assert (sale.attempt.status, sale.attempt.failure_code) == ("DECLINED", "expired")
    assert start(sale, key="key-2").next_action["type"] == "redirect"
