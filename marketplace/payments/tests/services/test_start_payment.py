from datetime import timedelta

import pytest
from django.db import transaction

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import TransactionNested
from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.payments.errors import (
    AttemptEnded,
    IdempotencyKeyReused,
    PaymentAlreadyPaid,
    PaymentOutcomeUnknown,
    PaymentRefused,
    PaymentVoided,
)
from marketplace.payments.models import PaymentAttempt
from marketplace.payments.providers.factory import PaymentMethodUnavailable
from marketplace.payments.providers.protocol import (
    PaymentOutcome,
    ProviderRejected,
    ProviderUnknown,
)
from marketplace.payments.services import settle_unknown_attempts, void_payment
from marketplace.payments.services.record_attempt_outcome import record_attempt_observed
from marketplace.payments.tests.factories import (
    actor_for,
    capture,
    everything,
    hold,
    in_transaction,
    make_sale,
    start,
)
from marketplace.payments.tests.fake_provider import FakeProvider, Killed

pytestmark = pytest.mark.django_db


def test_the_buyer_is_sent_to_the_providers_page(provider: FakeProvider) -> None:
    sale = make_sale()
    started = start(sale)
    assert started.next_action == {"type": "redirect", "url": sale.attempt.redirect_url}
    assert sale.attempt.status == "REDIRECTED"
    assert started.payment.payment_method == "card"
    (payment,) = provider.payments.values()
    assert (payment.reference, payment.amount) == (str(sale.attempt.id), sale.amount)


def test_the_same_key_gives_the_same_answer(provider: FakeProvider) -> None:
    sale = make_sale()
    first = start(sale)
    before = everything()
    assert start(sale).next_action == first.next_action
    assert everything() == before
    assert provider.calls == ["create_payment"]


def test_the_same_key_with_another_request_is_refused(provider: FakeProvider) -> None:
    sale = make_sale()
    start(sale)
    before = everything()
    with pytest.raises(IdempotencyKeyReused):
        start(sale, method="bank_transfer")
    assert everything() == before


def test_a_second_window_gets_the_open_attempts_page(provider: FakeProvider) -> None:
    sale = make_sale()
    first = start(sale, "key-1")
    second = start(sale, "key-2")
    assert second.next_action == first.next_action
    assert PaymentAttempt.objects.count() == 1


def test_after_a_decline_a_new_key_starts_a_new_attempt(provider: FakeProvider) -> None:
    """Mistake 11: a key reused for a new attempt after a definite failure."""
    sale = make_sale()
    first = start(sale).attempt_id
    declined = provider.settle_payment(str(first), PaymentOutcome.DECLINED)
    record_attempt_observed(attempt_id=first, observed=provider.payments[declined])
    assert sale.payment.status == "FAILED"
    (event,) = recorded("payments.PaymentDeclined")
    assert event["attempt_id"] == str(first)
    with pytest.raises(AttemptEnded):
        start(sale)
    second = start(sale, "key-2").attempt_id
    assert second != first
    assert {p.reference for p in provider.payments.values()} == {str(first), str(second)}
    assert sale.payment.status == "PENDING"


def test_a_refusal_by_the_provider_is_definite(provider: FakeProvider) -> None:
    sale = make_sale()
    provider.fail_next = [ProviderRejected("no", code="currency_unsupported")]
    with pytest.raises(PaymentRefused):
        start(sale)
    assert (sale.attempt.status, sale.attempt.failure_code) == ("DECLINED", "currency_unsupported")
    assert sale.attempt.next_check_at is None


def test_a_lost_answer_is_unknown_and_settled_by_asking(provider: FakeProvider) -> None:
    """Mistake 3: retrying an outcome that is unknown pays twice."""
    sale = make_sale()
    provider.lose_next_answers = 1
    with pytest.raises(PaymentOutcomeUnknown):
        start(sale)
    assert sale.attempt.status == "UNKNOWN"
    with clock.shifted(timedelta(minutes=5)):
        assert settle_unknown_attempts() == 1
    assert sale.attempt.status == "REDIRECTED"
    assert provider.calls == ["create_payment", "find_payment"]
    assert len(provider.payments) == 1


def test_the_buyer_who_asks_again_settles_the_unknown_too(provider: FakeProvider) -> None:
    sale = make_sale()
    provider.lose_next_answers = 1
    with pytest.raises(PaymentOutcomeUnknown):
        start(sale)
    assert start(sale).next_action["type"] == "redirect"
    assert len(provider.payments) == 1


def test_a_call_that_never_arrived_is_sent_again_under_its_first_key(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    provider.fail_next = [ProviderUnknown("unreachable")]
    with pytest.raises(PaymentOutcomeUnknown):
        start(sale)
    with clock.shifted(timedelta(minutes=5)):
        settle_unknown_attempts()
    (payment,) = provider.payments.values()
    assert payment.reference == str(sale.attempt.id)
    assert sale.attempt.status == "REDIRECTED"


def test_an_intent_left_by_a_process_that_died_is_taken_up(provider: FakeProvider) -> None:
    sale = make_sale()
    provider.kill_after_next = True
    with pytest.raises(Killed):
        start(sale)
    assert sale.attempt.status == "STARTED"
    assert settle_unknown_attempts() == 0, "not due while the call may still be under way"
    with clock.shifted(timedelta(minutes=5)):
        assert settle_unknown_attempts() == 1
    assert sale.attempt.status == "REDIRECTED"
    assert len(provider.payments) == 1


def test_a_lost_webhook_is_made_up_for_by_asking(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    with clock.shifted(timedelta(hours=2)):
        settle_unknown_attempts()
    assert sale.attempt.status == "CAPTURED"
    assert len(recorded("payments.CaptureReported")) == 1


def test_only_the_buyer_may_pay(provider: FakeProvider) -> None:
    sale = make_sale()
    before = everything()
    for actor in (actor_for(sale.seller), Actor.user(new_id()), Actor.system("job")):
        with pytest.raises(NotFound):
            start(sale, actor=actor)
    with pytest.raises(NotFound):
        start(sale, payment_id=new_id())
    assert everything() == before


def test_what_is_paid_is_not_paid_again(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    before = everything()
    with pytest.raises(PaymentAlreadyPaid):
        start(sale, "key-2")
    assert everything() == before


def test_what_is_captured_and_not_yet_held_is_not_paid_again(provider: FakeProvider) -> None:
    sale = make_sale()
    capture(sale, provider)
    with pytest.raises(PaymentAlreadyPaid):
        start(sale, "key-2")


def test_an_ended_order_is_not_paid(provider: FakeProvider) -> None:
    sale = make_sale()
    in_transaction(void_payment, order_id=sale.order_id)
    before = everything()
    with pytest.raises(PaymentVoided):
        start(sale)
    assert everything() == before


def test_an_unknown_method_is_refused(provider: FakeProvider) -> None:
    sale = make_sale()
    before = everything()
    for changes in ({"method": "barter"}, {"provider": "nobody"}):
        with pytest.raises(PaymentMethodUnavailable):
            start(sale, **changes)
    assert everything() == before


def test_the_provider_is_never_called_inside_a_transaction(provider: FakeProvider) -> None:
    """Mistake 8: a lock held across a call to the provider."""
    sale = make_sale()
    with pytest.raises(TransactionNested), transaction.atomic():
        start(sale)
    assert provider.calls == []
