"""Intake and processing of webhooks."""

import logging
from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.core.events.testing import recorded
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.errors import WebhookNotSigned, WebhookTooLarge, WebhookUnreadable
from marketplace.payments.models import PaymentReview, ProviderWebhook, Refund
from marketplace.payments.providers.protocol import (
    NewPayment,
    PaymentOutcome,
    ProviderUnknown,
    RefundOutcome,
)
from marketplace.payments.services import (
    HoldOutcome,
    hold_captured_funds,
    process_webhooks,
    receive_webhook,
    refund_escrow,
    reprocess_webhook,
    submit_refunds,
)
from marketplace.payments.services.process_webhooks import MAX_ATTEMPTS
from marketplace.payments.tests.factories import (
    HUNDRED_EUR,
    everything,
    hold,
    in_transaction,
    make_sale,
    start,
    wallet,
)
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users.tests.factories import actor, make_staff

pytestmark = pytest.mark.django_db
SIGNED = {"Fake-Signature": "signed"}


def send(event_id: str, event_type: str, object_id: str) -> bool:
    body = f"{event_id} {event_type} {object_id}".encode()
    return receive_webhook(provider="sandbox", body=body, headers=SIGNED)


def state_of(event_id: str) -> tuple[str, str]:
    row = ProviderWebhook.objects.get(provider_event_id=event_id)
    return row.state, row.outcome


def test_it_is_stored_as_it_came_and_processed_later(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    assert send("evt_1", "payment.succeeded", object_id)
    row = ProviderWebhook.objects.get()
    assert bytes(row.raw_body) == f"evt_1 payment.succeeded {object_id}".encode()
    assert sale.attempt.status == "REDIRECTED"
    assert process_webhooks() == 1
    assert sale.attempt.status == "CAPTURED"
    assert state_of("evt_1") == ("PROCESSED", "captured")
    assert process_webhooks() == 0


def test_duplicates_are_stored_once_and_a_doubled_event_reports_once(
    provider: FakeProvider,
) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    assert send("evt_1", "payment.succeeded", object_id)
    assert not send("evt_1", "payment.succeeded", object_id)
    assert send("evt_2", "payment.succeeded", object_id), "the same news under another id"
    process_webhooks()
    assert ProviderWebhook.objects.count() == 2
    assert state_of("evt_2") == ("PROCESSED", "nothing new")
    assert len(recorded("payments.CaptureReported")) == 1


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (b"evt_1 payment.succeeded pay_1", {}, WebhookNotSigned),
        (b"evt_1 payment.succeeded pay_1", {"Fake-Signature": "forged"}, WebhookNotSigned),
        (b"not an event at all", SIGNED, WebhookUnreadable),
        (b"x" * (64 * 1024 + 1), SIGNED, WebhookTooLarge),
        (f"{'e' * 101} payment.succeeded pay_1".encode(), SIGNED, WebhookUnreadable),
        (f"evt_1 payment.succeeded {'p' * 101}".encode(), SIGNED, WebhookUnreadable),
        (b"evt_1 payment.succeeded pay_\x001", SIGNED, WebhookUnreadable),
    ],
)
def test_what_is_refused_is_not_stored(
    provider: FakeProvider, body: bytes, headers: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        receive_webhook(provider="sandbox", body=body, headers=headers)
    assert ProviderWebhook.objects.count() == 0


def test_nothing_of_a_webhook_is_logged(
    provider: FakeProvider, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """assurance 21: canaries in what strangers and providers send."""
    card, secret = "4242424242424242", "whsec_canary"
    caplog.set_level(logging.DEBUG)
    with pytest.raises(WebhookNotSigned) as refused:
        receive_webhook(provider="sandbox", body=card.encode(), headers={"Fake-Signature": secret})
    body = f"evt_1 payment.succeeded {card}".encode()
    receive_webhook(provider="sandbox", body=body, headers={**SIGNED, "Authorization": secret})
    provider.fail_next = [ProviderUnknown("no answer")]
    process_webhooks()
    told = "".join(capfd.readouterr()) + caplog.text + str(refused.value)
    assert card not in told
    assert secret not in told


def test_an_unknown_provider_is_not_found(provider: FakeProvider) -> None:
    with pytest.raises(NotFound):
        receive_webhook(provider="nobody", body=b"", headers=SIGNED)


def test_a_webhook_before_our_own_commit_finds_the_intent(provider: FakeProvider) -> None:
    """Mistake 9: the intent is written first, so the event finds it by reference."""
    sale = make_sale()
    provider.lose_next_answers = 1
    with pytest.raises(Exception, match="not answered"):
        start(sale)
    assert sale.attempt.status == "UNKNOWN", "the provider's id is not known yet"
    object_id = provider.settle_payment(str(sale.attempt.id), PaymentOutcome.CAPTURED)
    send("evt_1", "payment.succeeded", object_id)
    process_webhooks()
    assert (sale.attempt.status, sale.attempt.provider_payment_id) == ("CAPTURED", object_id)
    assert len(recorded("payments.CaptureReported")) == 1


def test_a_contradiction_leads_to_what_the_provider_says_when_asked(
    provider: FakeProvider,
) -> None:
    """Mistake 10: a webhook is a nudge, never the truth."""
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    send("evt_1", "payment.declined", object_id)
    send("evt_2", "payment.succeeded", object_id)
    process_webhooks()
    assert sale.attempt.status == "CAPTURED"
    assert recorded("payments.PaymentDeclined") == []


def test_a_decline_after_the_capture_takes_nothing_back(provider: FakeProvider) -> None:
    """Mistake 10: out-of-order events never move state backwards."""
    sale = make_sale()
    attempt_id = hold(sale, provider)
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.DECLINED)
    before = everything()
    send("evt_1", "payment.declined", object_id)
    process_webhooks()
    assert everything() == before


def test_a_capture_after_a_decline_is_money_and_counts(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.DECLINED)
    send("evt_1", "payment.declined", object_id)
    process_webhooks()
    assert sale.attempt.status == "DECLINED"
    provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    send("evt_2", "payment.succeeded", object_id)
    process_webhooks()
    outcome = in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=attempt_id)
    assert outcome is HoldOutcome.HELD
    assert sale.payment.status == "COMPLETED"


def test_money_under_an_unknown_reference_goes_to_suspense(provider: FakeProvider) -> None:
    stray = provider.create_payment(NewPayment(str(new_id()), HUNDRED_EUR, "", ""))
    provider.settle_payment(stray.reference, PaymentOutcome.CAPTURED)
    send("evt_1", "payment.succeeded", stray.id)
    send("evt_2", "payment.succeeded", stray.id)
    process_webhooks()
    review = PaymentReview.objects.get()
    assert (review.kind, review.in_suspense) == ("UNMATCHED_CAPTURE", True)
    assert Money(review.amount_minor, review.currency) == HUNDRED_EUR


def test_what_is_not_ours_is_ignored(provider: FakeProvider) -> None:
    stray = provider.create_payment(NewPayment("shop-7", HUNDRED_EUR, "", ""))
    send("evt_1", "payment.declined", stray.id)
    send("evt_2", "payment.succeeded", "pay_nowhere")
    send("evt_3", "other.happened", "x_1")
    process_webhooks()
    assert [state_of(f"evt_{number}")[0] for number in (1, 2, 3)] == ["IGNORED"] * 3


def test_a_provider_that_does_not_answer_is_asked_again(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    send("evt_1", "payment.succeeded", object_id)
    provider.fail_next = [ProviderUnknown("no answer")]
    process_webhooks()
    assert state_of("evt_1")[0] == "RECEIVED"
    assert process_webhooks() == 0, "not at once"
    with clock.shifted(timedelta(minutes=5)):
        process_webhooks()
    assert sale.attempt.status == "CAPTURED"


def test_a_webhook_that_never_works_waits_for_an_operator(provider: FakeProvider) -> None:
    sale = make_sale()
    attempt_id = start(sale).attempt_id
    object_id = provider.settle_payment(str(attempt_id), PaymentOutcome.CAPTURED)
    send("evt_1", "payment.succeeded", object_id)
    provider.fail_next = [ProviderUnknown("no answer")] * MAX_ATTEMPTS
    for number in range(MAX_ATTEMPTS):
        with clock.shifted(timedelta(hours=2 * number)):
            process_webhooks()
    row = ProviderWebhook.objects.get()
    assert row.state == "FAILED"
    assert "no answer" in row.last_error
    finance = actor(make_staff("FINANCE"))
    assert reprocess_webhook(webhook_id=row.id, actor=finance, reason="It is back")
    process_webhooks()
    assert sale.attempt.status == "CAPTURED"


def test_a_refunds_webhook_settles_it(provider: FakeProvider) -> None:
    sale = make_sale()
    hold(sale, provider)
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    submit_refunds()
    refund = Refund.objects.get()
    object_id = provider.settle_refund(str(refund.id), RefundOutcome.FAILED)
    send("evt_1", "refund.failed", object_id)
    send("evt_2", "refund.failed", object_id)
    process_webhooks()
    assert wallet(sale.buyer) == 10_000
