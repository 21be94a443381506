"""What only Flutterwave has: decimals, two versions never mixed, refunds without keys."""

import json
import logging
from decimal import Decimal
from typing import Any

import httpx
import pytest

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers.flutterwave.amounts import dumps, loads, money_of, number_of
from marketplace.payments.providers.protocol import (
    BadSignature,
    Destination,
    NewPayout,
    NewRefund,
    PaymentOutcome,
    PaymentProvider,
    PayoutOutcome,
    ProviderDeclined,
    ProviderPayment,
    ProviderRejected,
    ProviderUnknown,
    ReportUnavailable,
)
from marketplace.payments.tests.providers.contract import Trouble, captured, new_payment, to_bank
from marketplace.payments.tests.providers.flutterwave_server import (
    CLIENT_SECRET,
    CUSTOMER_EMAIL,
    TOKEN_PREFIX,
    V3_KEY,
    FlutterwaveV3Server,
    FlutterwaveV4Server,
    v4_signature,
)
from marketplace.payments.tests.providers.test_contract_flutterwave import (
    NUMBER,
    FlutterwaveHarness,
    V3Harness,
    V4Harness,
    v3,
    v4,
)

__all__ = ["v3", "v4"]
NAIRA = Money(1_234_567, "NGN")


@pytest.fixture(params=["v3", "v4"])
def either(request: pytest.FixtureRequest) -> FlutterwaveHarness:
    fake = request.getfixturevalue(request.param)
    return V3Harness(fake) if request.param == "v3" else V4Harness(fake)


def made(provider: PaymentProvider, fake: Any, **how: str) -> ProviderPayment:
    payment = provider.create_payment(new_payment(NAIRA))
    httpx.post(payment.redirect_url, data=how, trust_env=False)
    return payment


# --- money


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(10, "NGN"), b"0.10"),
        (Money(1_234_567, "NGN"), b"12345.67"),
        (Money(5_000, "UGX"), b"5000"),
        (Money(12_340, "KWD"), b"12.340"),
        (Money(999_999_999_999_999, "NGN"), b"9999999999999.99"),
    ],
)
def test_every_digit_survives_the_way_there_and_back(money: Money, written: bytes) -> None:
    sent = dumps({"amount": number_of(money)})
    assert sent == b'{"amount":' + written + b"}"
    assert money_of(loads(sent)["amount"], money.currency) == money


@pytest.mark.parametrize("amount", ["12.505", "true", "null", '"x"', "[1]", "1e400"])
def test_an_amount_that_is_none_is_not_taken(amount: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        money_of(loads(f'{{"amount":{amount}}}'.encode())["amount"], "NGN")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_json_does_not_have_is_not_read(number: str) -> None:
    with pytest.raises(ValueError, match="no JSON number"):
        loads(f'{{"amount":{number}}}'.encode())


def test_a_fee_with_more_places_than_the_currency_is_rounded_half_up(
    either: FlutterwaveHarness,
) -> None:
    payment = captured(either)
    assert payment.fee == Money(17_284, "NGN"), "1.4 % of 12345.67 is 172.83938"


# --- the two versions


def test_neither_version_takes_the_others_signature(
    v3: FlutterwaveV3Server, v4: FlutterwaveV4Server
) -> None:
    body = b'{"event":"charge.completed","data":{"id":1,"tx_ref":"x"}}'
    shared, signed = {"verif-hash": "new"}, v4_signature(body, "new")
    V3Harness(v3).provider.verify_webhook(body, shared)
    V4Harness(v4).provider.verify_webhook(body, signed)
    for provider, headers in ((V3Harness(v3), signed), (V4Harness(v4), shared)):
        with pytest.raises(BadSignature):
            provider.provider.verify_webhook(body, headers)


@pytest.mark.parametrize("header", ["", "NEW", "new ", "old,new", "néw"])
def test_v3s_secret_is_compared_whole(v3: FlutterwaveV3Server, header: str) -> None:
    with pytest.raises(BadSignature):
        V3Harness(v3).provider.verify_webhook(b"{}", {"verif-hash": header})


def test_the_plain_secret_is_no_signature_of_v4(v4: FlutterwaveV4Server) -> None:
    with pytest.raises(BadSignature):
        V4Harness(v4).provider.verify_webhook(b"{}", {"flutterwave-signature": "new"})


def test_a_v3_event_without_an_id_is_known_by_its_body(v3: FlutterwaveV3Server) -> None:
    provider = V3Harness(v3).provider

    def read(status: str) -> str:
        data = {"id": 1, "tx_ref": "r" * 99, "status": status}
        body = json.dumps({"event": "charge.completed", "data": data}).encode()
        return provider.parse_webhook(body).event_id

    assert read("failed") == read("failed")
    assert read("failed") != read("successful")
    assert len(read("failed")) <= 100


# --- paying


def test_a_try_that_failed_does_not_hide_one_that_succeeded(either: FlutterwaveHarness) -> None:
    payment = made(either.provider, either.fake, outcome="failed")
    assert either.provider.fetch_payment(payment.id).outcome is PaymentOutcome.DECLINED
    either.press(payment, PaymentOutcome.CAPTURED)
    paid = either.provider.fetch_payment(payment.id)
    assert (paid.outcome, paid.amount) == (PaymentOutcome.CAPTURED, NAIRA)
    assert either.provider.find_payment(payment.reference) == paid


def test_a_pending_try_is_open(either: FlutterwaveHarness) -> None:
    payment = made(either.provider, either.fake, outcome="pending")
    assert either.provider.fetch_payment(payment.id).outcome is PaymentOutcome.OPEN


def test_a_buyers_address_is_not_handed_on(v3: FlutterwaveV3Server) -> None:
    made(V3Harness(v3).provider, v3)
    assert [page["customer"] for page in v3.pages.values()] == [{"email": CUSTOMER_EMAIL}]


# --- refunds without a key


def test_v3_looks_for_a_refund_of_its_name_before_it_sends(v3: FlutterwaveV3Server) -> None:
    harness = V3Harness(v3)
    payment = captured(harness)
    part = NewRefund(str(new_id()), payment.id, Money(10_000, "NGN"))
    v3.trouble(Trouble.DROP, part.reference, "/v3/transactions/")
    with pytest.raises(ProviderUnknown):
        harness.provider.refund(part)
    again = harness.provider.refund(part)
    assert (again.reference, len(v3.refunds)) == (part.reference, 1)
    other = harness.provider.refund(NewRefund(str(new_id()), payment.id, Money(10_000, "NGN")))
    assert other.id != again.id
    assert len(v3.refunds) == 2, "another refund of the same amount is another refund"


def test_a_refund_in_another_currency_is_refused_unsent(either: FlutterwaveHarness) -> None:
    payment = captured(either)
    with pytest.raises(ProviderRejected) as refused:
        either.provider.refund(NewRefund(str(new_id()), payment.id, Money(100, "EUR")))
    assert refused.value.code == "currency_mismatch"
    assert either.fake.refunds == {}


def test_v4_keeps_its_key(v4: FlutterwaveV4Server) -> None:
    harness = V4Harness(v4)
    payment = captured(harness)
    new = NewRefund(str(new_id()), payment.id, Money(10_000, "NGN"))
    assert harness.provider.refund(new).id == harness.provider.refund(new).id
    assert len(v4.refunds) == 1


# --- payouts


@pytest.mark.parametrize(
    "destination",
    [
        Destination("Linden Seller", "IBAN", "DE89370400440532013000"),
        Destination("Linden Seller", "PAYPAL", "seller@example.test"),
        Destination("Linden Seller", "ACCOUNT_NUMBER", NUMBER),
    ],
)
def test_a_destination_without_a_bank_code_is_refused_unsent(
    either: FlutterwaveHarness, destination: Destination
) -> None:
    with pytest.raises(ProviderRejected) as refused:
        either.provider.pay_out(NewPayout(str(new_id()), Money(100, "NGN"), destination))
    assert refused.value.code == "destination_not_supported"
    assert either.fake.asked == []


def test_more_than_the_balance_is_declined(either: FlutterwaveHarness) -> None:
    with pytest.raises(ProviderDeclined):
        either.provider.pay_out(to_bank(either))
    assert either.fake.transfers == {}


def test_v3_answers_a_known_reference_with_the_first_transfer(v3: FlutterwaveV3Server) -> None:
    harness = V3Harness(v3)
    captured(harness)
    new = to_bank(harness)
    first = harness.provider.pay_out(new)
    assert harness.provider.pay_out(new) == first
    v3.settle_transfer(new.reference, "SUCCESSFUL")
    v3.settle_transfer(new.reference, "FAILED")
    back = harness.provider.fetch_payout(first.id)
    assert (back.outcome, back.failure_code) == (PayoutOutcome.FAILED, "DISBURSE FAILED")


def test_a_failure_that_names_the_account_does_not_carry_it_on(v3: FlutterwaveV3Server) -> None:
    harness = V3Harness(v3)
    captured(harness)
    new = to_bank(harness)
    payout = harness.provider.pay_out(new)
    v3.settle_transfer(new.reference, "FAILED")
    next(iter(v3.transfers.values()))["complete_message"] = f"DISBURSE FAILED: {NUMBER} is closed"
    assert harness.provider.fetch_payout(payout.id).failure_code == "DISBURSE FAILED: … is closed"


def test_a_transfer_is_found_beyond_the_first_page(either: FlutterwaveHarness) -> None:
    captured(either)
    new = to_bank(either)
    either.provider.pay_out(new)
    for _ in range(60):
        row = next(iter(either.fake.transfers.values()))
        other = row | {"id": either.fake.number(), "reference": str(new_id())}
        either.fake.transfers[str(other["id"])] = other
    found = either.provider.find_payout(new.reference)
    assert found is not None
    assert found.reference == new.reference


# --- what it cannot do, and what nobody may see


def test_there_is_no_report_to_read(either: FlutterwaveHarness) -> None:
    with pytest.raises(ReportUnavailable):
        either.provider.read_report("")


def test_v3s_balance_is_what_is_available_and_what_has_yet_to_settle(
    v3: FlutterwaveV3Server,
) -> None:
    v3.move("NGN", Decimal("10.00"))
    assert list(V3Harness(v3).provider.read_balances()) == [Money(1_000, "NGN")]


def test_no_secret_token_or_number_reaches_a_log(
    either: FlutterwaveHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    captured(either)
    either.provider.pay_out(to_bank(either))
    errors = []
    for provider in (either.provider, either.adapter(key="FLWSECK-wrong")):
        with pytest.raises((ProviderDeclined, ProviderRejected, ProviderUnknown)) as error:
            provider.pay_out(NewPayout(str(new_id()), Money(10**12, "NGN"), either.destination))
        errors.append(f"{error.value} {error.value.code}")
    said = caplog.text + " ".join(errors) + repr(either.destination)
    for canary in (V3_KEY, CLIENT_SECRET, TOKEN_PREFIX, NUMBER):
        assert canary not in said
