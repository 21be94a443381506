"""What only PayPal has: approval before capture, certificates, batches, whole currencies."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers.paypal import AskedWebhooks, CertificateWebhooks, PayPalProvider
from marketplace.payments.providers.paypal.amounts import money_of, value_of
from marketplace.payments.providers.paypal.api import open_api
from marketplace.payments.providers.protocol import (
    BadSignature,
    Destination,
    NewPayout,
    NewRefund,
    ObjectKind,
    PaymentOutcome,
    PayoutOutcome,
    ProviderPayment,
    ProviderRejected,
    ProviderUnknown,
    ReportKind,
)
from marketplace.payments.tests.providers.contract import Trouble, new_payment
from marketplace.payments.tests.providers.paypal_certificates import AT, WEBHOOK_ID, Signer, root
from marketplace.payments.tests.providers.paypal_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_PREFIX,
    PayPalServer,
)
from marketplace.payments.tests.providers.test_contract_paypal import RECEIVER, adapter_for

EUROS = Money(12_345, "EUR")
BODY = b'{"id":"WH-1","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"ORD1"}}'


@pytest.fixture
def fake() -> Iterator[PayPalServer]:
    server = PayPalServer()
    with server.running():
        yield server


@pytest.fixture
def paypal(fake: PayPalServer) -> PayPalProvider:
    return adapter_for(fake)


def approved(fake: PayPalServer, paypal: PayPalProvider, **how: Any) -> ProviderPayment:
    payment = paypal.create_payment(new_payment(EUROS))
    fake.approve(payment.id, **how)
    return paypal.fetch_payment(payment.id)


def posts(fake: PayPalServer, ending: str) -> int:
    return sum(asked.method == "POST" and asked.path.endswith(ending) for asked in fake.asked)


# --- money


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(1_250, "EUR"), "12.50"),
        (Money(5, "USD"), "0.05"),
        (Money(5_000, "JPY"), "5000"),
        (Money(700_000, "HUF"), "7000"),
        (Money(1_200, "TWD"), "12"),
    ],
)
def test_money_is_written_with_paypals_places(money: Money, written: str) -> None:
    assert value_of(money) == written
    assert money_of({"currency_code": money.currency, "value": written}) == money


@pytest.mark.parametrize(
    ("money", "code"),
    [
        (Money(150, "HUF"), "amount_not_representable"),
        (Money(1_234, "KWD"), "currency_not_supported"),
    ],
)
def test_what_paypal_cannot_hold_is_refused_and_never_rounded(
    paypal: PayPalProvider, fake: PayPalServer, money: Money, code: str
) -> None:
    with pytest.raises(ProviderRejected) as refused:
        paypal.create_payment(new_payment(money))
    assert refused.value.code == code
    assert fake.asked == [], "it was not even sent"


@pytest.mark.parametrize("value", [12.5, "12.505", "1e400", "NaN", "", None])
def test_an_amount_that_is_none_leaves_the_outcome_unknown(
    paypal: PayPalProvider, fake: PayPalServer, value: Any
) -> None:
    payment = paypal.create_payment(new_payment(EUROS))
    fake.orders[payment.id]["purchase_units"][0]["amount"] = {
        "currency_code": "EUR",
        "value": value,
    }
    with pytest.raises(ProviderUnknown):
        paypal.fetch_payment(payment.id)


# --- capture


def test_an_approval_is_not_money_until_it_is_captured(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    payment = approved(fake, paypal)
    assert (payment.outcome, payment.amount) == (PaymentOutcome.APPROVED, EUROS)
    captured = paypal.capture_payment(payment.id)
    assert (captured.outcome, captured.amount) == (PaymentOutcome.CAPTURED, EUROS)
    assert captured.fee == Money(400, "EUR"), "3 % of 123.45 and 0.30"
    assert captured == paypal.fetch_payment(payment.id)
    assert paypal.capture_payment(payment.id) == captured
    assert posts(fake, "/capture") == 1


@pytest.mark.parametrize("trouble", Trouble)
def test_a_capture_whose_answer_is_lost_takes_the_money_once(
    fake: PayPalServer, paypal: PayPalProvider, trouble: Trouble
) -> None:
    payment = approved(fake, paypal)
    fake.trouble(trouble, payment.id, "/v2/checkout/orders/")
    with pytest.raises(ProviderUnknown):
        adapter_for(fake, timeout_seconds=0.5).capture_payment(payment.id)
    assert paypal.capture_payment(payment.id).outcome is PaymentOutcome.CAPTURED
    assert len(fake.captures) == 1


def test_many_who_collect_at_once_take_the_money_once(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    payment = approved(fake, paypal)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(paypal.capture_payment, [payment.id] * 8))
    assert {answer.outcome for answer in answers} == {PaymentOutcome.CAPTURED}
    assert len(fake.captures) == 1


def test_a_capture_after_its_key_is_forgotten_is_refused_and_asked(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    payment = approved(fake, paypal)
    paypal.capture_payment(payment.id)
    fake.keys.clear()
    fake.orders[payment.id]["status"] = "APPROVED"  # what another worker had read before
    fake.orders[payment.id]["purchase_units"][0]["payments"] = {}
    again = paypal.capture_payment(payment.id)
    assert (again.outcome, again.failure_code) == (PaymentOutcome.DECLINED, "duplicate_invoice_id")
    assert len(fake.captures) == 1


def test_a_declined_card_is_a_decline(fake: PayPalServer, paypal: PayPalProvider) -> None:
    payment = approved(fake, paypal, declined=True)
    declined = paypal.capture_payment(payment.id)
    assert declined.outcome is PaymentOutcome.DECLINED
    assert declined.failure_code == "instrument_declined"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("COMPLETED", PaymentOutcome.CAPTURED), ("DECLINED", PaymentOutcome.DECLINED)],
)
def test_a_pending_capture_is_open_until_it_ends(
    fake: PayPalServer, paypal: PayPalProvider, status: str, outcome: PaymentOutcome
) -> None:
    payment = approved(fake, paypal, pending=True)
    assert paypal.capture_payment(payment.id).outcome is PaymentOutcome.OPEN
    fake.complete_capture(payment.id, status)
    assert paypal.fetch_payment(payment.id).outcome is outcome


def test_the_order_asks_for_delayed_disbursement_under_our_name(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    new = new_payment(EUROS)
    payment = paypal.create_payment(new)
    unit = fake.orders[payment.id]["purchase_units"][0]
    assert unit["payment_instruction"] == {"disbursement_mode": "DELAYED"}
    assert (unit["custom_id"], unit["invoice_id"]) == (new.reference, new.reference)


# --- payouts


def to(number: str, kind: str = "PAYPAL", amount: Money = Money(500, "EUR")) -> NewPayout:  # noqa: B008
    return NewPayout(str(new_id()), amount, Destination("Linden Seller", kind, number))


@pytest.mark.parametrize("kind", ["IBAN", "ACCOUNT_NUMBER"])
def test_a_bank_account_is_no_destination(
    fake: PayPalServer, paypal: PayPalProvider, kind: str
) -> None:
    with pytest.raises(ProviderRejected) as refused:
        paypal.pay_out(to("DE89370400440532013000", kind))
    assert refused.value.code == "destination_not_supported"
    assert fake.asked == []


def test_a_known_batch_id_gives_the_first_batch(fake: PayPalServer, paypal: PayPalProvider) -> None:
    fake.open_account(EUR="100.00")
    new = to(RECEIVER)
    first = paypal.pay_out(new)
    fake.settle_batch(new.reference, "SUCCESS")
    again = paypal.pay_out(new)
    assert (again.id, again.outcome) == (first.id, PayoutOutcome.PAID)
    assert len(fake.batches) == 1


def test_a_known_batch_without_a_link_is_unknown(
    fake: PayPalServer, paypal: PayPalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.open_account(EUR="100.00")
    new = to(RECEIVER)
    batch_id = paypal.pay_out(new).id
    fake.batches[batch_id]["batch_header"]["payout_batch_id"] = "not a link!"
    with pytest.raises(ProviderUnknown):
        paypal.pay_out(new)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("UNCLAIMED", PayoutOutcome.OPEN),
        ("ONHOLD", PayoutOutcome.OPEN),
        ("BLOCKED", PayoutOutcome.FAILED),
        ("RETURNED", PayoutOutcome.RETURNED),
        ("REVERSED", PayoutOutcome.RETURNED),
        ("REFUNDED", PayoutOutcome.RETURNED),
    ],
)
def test_every_status_of_an_item_has_a_meaning(
    fake: PayPalServer, paypal: PayPalProvider, status: str, outcome: PayoutOutcome
) -> None:
    fake.open_account(EUR="100.00")
    new = to("S6WQ2ZJ4T8XYA")
    payout = paypal.pay_out(new)
    fake.settle_batch(new.reference, status)
    assert paypal.fetch_payout(payout.id).outcome is outcome


def test_after_30_days_a_lost_payout_stays_unknown_and_is_never_repeated(
    paypal: PayPalProvider,
) -> None:
    reference = str(new_id())
    assert paypal.find_payout(reference) is None
    with clock.shifted(timedelta(days=30)), pytest.raises(ProviderUnknown) as unknown:
        paypal.find_payout(reference)
    assert unknown.value.code == "too_old"


def test_the_age_of_a_reference_is_in_its_name() -> None:
    assert UUID(str(new_id())).version == 7


# --- credentials


def test_a_forgotten_token_is_renewed_and_the_request_repeated(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    first = paypal.create_payment(new_payment(EUROS))
    fake.revoke_tokens()
    assert paypal.fetch_payment(first.id) == first
    fake.revoke_tokens()
    paypal.create_payment(new_payment(EUROS))
    assert (fake.tokens_given, len(fake.orders)) == (3, 2)


def test_one_token_serves_many_requests(fake: PayPalServer, paypal: PayPalProvider) -> None:
    for _ in range(3):
        paypal.create_payment(new_payment(EUROS))
    assert fake.tokens_given == 1


@pytest.mark.parametrize("receiver", ["canary seller@example.test", "canary@example.test@x"])
def test_a_refusal_that_repeats_the_receiver_does_not_carry_it_on(
    fake: PayPalServer, paypal: PayPalProvider, receiver: str
) -> None:
    fake.open_account(EUR="100.00")
    with pytest.raises(ProviderRejected) as refused:
        paypal.pay_out(to(receiver))
    assert refused.value.code == "VALIDATION_ERROR"
    assert "example.test" not in str(refused.value)


def test_a_token_is_renewed_before_it_ends(
    fake: PayPalServer, paypal: PayPalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    payment = paypal.create_payment(new_payment(EUROS))
    monkeypatch.setattr("marketplace.payments.providers.oauth.time.monotonic", lambda: now + 32_300)
    paypal.fetch_payment(payment.id)
    assert fake.tokens_given == 1
    monkeypatch.setattr("marketplace.payments.providers.oauth.time.monotonic", lambda: now + 32_350)
    paypal.fetch_payment(payment.id)
    assert fake.tokens_given == 2, "a minute before the nine hours are over"


def test_no_secret_token_or_receiver_reaches_a_log(
    fake: PayPalServer, paypal: PayPalProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.open_account(EUR="100.00")
    paypal.pay_out(to(RECEIVER))
    errors = []
    for provider, number in ((paypal, "no address"), (adapter_for(fake, key="sk_x"), RECEIVER)):
        with pytest.raises((ProviderRejected, ProviderUnknown)) as error:
            provider.pay_out(to(number))
        errors.append(f"{error.value} {error.value.code}")
    said = caplog.text + repr(vars(paypal)) + " ".join(errors)
    for canary in (CLIENT_SECRET, TOKEN_PREFIX, RECEIVER):
        assert canary not in said


# --- webhooks


def test_paypal_can_be_asked_whether_a_webhook_is_its_own(fake: PayPalServer) -> None:
    api = open_api(
        base_url=fake.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, timeout_seconds=5
    )
    asked = AskedWebhooks(api, webhook_ids=["of-another", WEBHOOK_ID])
    headers = fake.headers(BODY, AT)
    with clock.frozen(AT):
        asked.verify(BODY, headers)
        for body in (BODY.replace(b"ORD1", b"ORD2"), BODY + b" ", b"not json"):
            with pytest.raises(BadSignature):
                asked.verify(body, headers)
        fake.trouble(Trouble.UNAVAILABLE, "transmission_id")
        with pytest.raises(BadSignature):
            asked.verify(BODY, headers)


def test_a_certificate_is_fetched_once(fake: PayPalServer, paypal: PayPalProvider) -> None:
    with clock.frozen(AT):
        for _ in range(3):
            paypal.verify_webhook(BODY, fake.headers(BODY, AT))
    assert sum("certs" in asked.path for asked in fake.asked) == 1


@pytest.mark.parametrize(
    "signer",
    [
        Signer("unknown root", authority="another root"),
        Signer("expired", days=(-30, -1)),
        Signer("not yet", days=(2, 30)),
        Signer("another host", host="messageverificationcerts.paypal.com.example.test"),
    ],
    ids=["root", "expired", "early", "name"],
)
def test_a_certificate_that_is_not_paypals_is_refused(
    fake: PayPalServer, paypal: PayPalProvider, signer: Signer
) -> None:
    fake.signers["other"] = signer
    with clock.frozen(AT), pytest.raises(BadSignature):
        paypal.verify_webhook(BODY, fake.headers(BODY, AT, "other"))


def test_a_certificate_of_the_public_roots_is_needed_unless_told_else(fake: PayPalServer) -> None:
    check = CertificateWebhooks(
        webhook_ids=[WEBHOOK_ID], timeout_seconds=5, certificate_base=fake.url
    )
    with clock.frozen(AT), pytest.raises(BadSignature, match="not trusted"):
        check.verify(BODY, fake.headers(BODY, AT))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.example.test/v1/notifications/certs/CERT-1",
        "https://evilpaypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@example.test/v1/notifications/certs/CERT-1",
        "https://user@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:x/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../x",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?next=x",
        "https://api.paypal.com/redirect?to=https://example.test/CERT-1",
        "file:///etc/passwd",
        "//api.paypal.com/v1/notifications/certs/CERT-1",
        "",
    ],
)
def test_no_certificate_is_fetched_from_elsewhere(fake: PayPalServer, url: str) -> None:
    check = CertificateWebhooks(webhook_ids=[WEBHOOK_ID], timeout_seconds=5, roots=[root()])
    headers = fake.headers(BODY, AT) | {"PAYPAL-CERT-URL": url}
    with clock.frozen(AT), pytest.raises(BadSignature, match=r"address|missing"):
        check.verify(BODY, headers)
    assert fake.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"PAYPAL-AUTH-ALGO": "none"},
        {"PAYPAL-AUTH-ALGO": "SHA1withRSA"},
        {"PAYPAL-AUTH-ALGO": "HS256"},
        {"PAYPAL-TRANSMISSION-SIG": "not base64!"},
        {"PAYPAL-TRANSMISSION-SIG": "AAAA"},
        {"PAYPAL-TRANSMISSION-TIME": "yesterday"},
        {"PAYPAL-TRANSMISSION-TIME": "2026-11-22T12:00:00"},
        {"PAYPAL-TRANSMISSION-TIME": "2026-11-22T12:00:01Z"},
        {"PAYPAL-TRANSMISSION-ID": "another"},
    ],
)
def test_no_header_can_be_changed(
    fake: PayPalServer, paypal: PayPalProvider, changes: dict[str, str]
) -> None:
    with clock.frozen(AT), pytest.raises(BadSignature):
        paypal.verify_webhook(BODY, fake.headers(BODY, AT) | changes)


def test_a_webhook_of_another_app_is_refused(fake: PayPalServer, paypal: PayPalProvider) -> None:
    url = f"{fake.url}/v1/notifications/certs/CERT-new"
    headers = fake.signers["new"].headers(BODY, AT, url, webhook_id="a-strangers-webhook")
    with clock.frozen(AT), pytest.raises(BadSignature):
        paypal.verify_webhook(BODY, headers)


@pytest.mark.parametrize(
    ("event_type", "resource", "expected"),
    [
        (
            "PAYMENT.CAPTURE.COMPLETED",
            {"id": "C", "supplementary_data": {"related_ids": {"order_id": "O"}}},
            (ObjectKind.PAYMENT, "O"),
        ),
        ("PAYMENT.CAPTURE.COMPLETED", {"id": "F"}, (ObjectKind.OTHER, "F")),
        ("PAYMENT.CAPTURE.REFUNDED", {"id": "R"}, (ObjectKind.REFUND, "R")),
        ("PAYMENT.CAPTURE.REVERSED", {"id": "V"}, (ObjectKind.OTHER, "V")),
        (
            "PAYMENT.PAYOUTSBATCH.SUCCESS",
            {"batch_header": {"payout_batch_id": "B"}},
            (ObjectKind.PAYOUT, "B"),
        ),
        ("CUSTOMER.DISPUTE.RESOLVED", {"dispute_id": "D"}, (ObjectKind.CHARGEBACK, "D")),
        ("INVOICING.INVOICE.PAID", {"id": "I"}, (ObjectKind.OTHER, "I")),
    ],
)
def test_each_event_names_the_object_that_we_know(
    fake: PayPalServer,
    paypal: PayPalProvider,
    event_type: str,
    resource: dict[str, Any],
    expected: tuple[ObjectKind, str],
) -> None:
    notice = paypal.parse_webhook(fake.event(event_type, resource))
    assert (notice.kind, notice.object_id) == expected


# --- report


def test_fees_and_endings_are_lines_of_their_own(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    payment = approved(fake, paypal)
    paypal.capture_payment(payment.id)
    new = to(RECEIVER)
    paypal.pay_out(new)
    fake.settle_batch(new.reference, "SUCCESS")
    fake.settle_batch(new.reference, "RETURNED")
    lines = {(line.kind, line.object_id, line.amount) for line in paypal.read_report("").lines}
    assert (ReportKind.FEE, payment.id, Money(-400, "EUR")) in lines
    assert (ReportKind.PAYMENT, payment.id, EUROS) in lines
    returned = {kind: amount for kind, _, amount in lines}
    assert returned[ReportKind.PAYOUT] == Money(-500, "EUR")
    assert returned[ReportKind.PAYOUT_RETURN] == Money(500, "EUR")


def test_a_long_report_comes_page_by_page_and_window_by_window(
    fake: PayPalServer, paypal: PayPalProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.payments.providers.paypal.reports.PAGE_SIZE", 3)
    for _ in range(8):
        fake.open_account(EUR="1.00")
    seen, after, pages = [], "2026-08-01T00:00:00Z", 0
    while True:
        page = paypal.read_report(after)
        seen += [line.id for line in page.lines]
        after, pages = page.next_after, pages + 1
        if not page.has_more:
            break
    assert (len(seen), len(set(seen))) == (8, 8)
    assert pages >= 6, "four windows of 31 days, the last of three pages"
    assert list(paypal.read_report(after).lines) == []


@pytest.mark.parametrize("after", ["x", "2026-08-01T00:00:00", "2026-08-01T00:00:00Z|y|1"])
def test_a_place_that_is_none_is_refused(paypal: PayPalProvider, after: str) -> None:
    with pytest.raises(ProviderUnknown):
        paypal.read_report(after)


def test_a_lost_refund_is_found_by_its_name_after_its_key_is_forgotten(
    fake: PayPalServer, paypal: PayPalProvider
) -> None:
    payment = approved(fake, paypal)
    paypal.capture_payment(payment.id)
    new = NewRefund(str(new_id()), payment.id, EUROS)
    made = paypal.refund(new)
    fake.keys.clear()
    assert paypal.find_refund(new.reference) == made
