"""Whatever a provider answers, a call raises :class:`ProviderError` and nothing else."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.providers.http import HttpApi
from marketplace.payments.providers.protocol import (
    Destination,
    NewPayout,
    NewRefund,
    PaymentProvider,
    ProviderError,
    ReportPage,
)
from marketplace.payments.tests.providers.contract import new_payment
from marketplace.payments.tests.providers.flutterwave_server import (
    FlutterwaveV3Server,
    FlutterwaveV4Server,
)
from marketplace.payments.tests.providers.paypal_server import PayPalServer
from marketplace.payments.tests.providers.test_contract_flutterwave import V3Harness, V4Harness
from marketplace.payments.tests.providers.test_contract_paypal import adapter_for

PAYPAL_ACCOUNT = Destination("Linden Seller", "PAYPAL", "seller@example.test")
BANK_ACCOUNT = Destination("Linden Seller", "ACCOUNT_NUMBER", "0690000031", "044")
PROVIDERS: dict[str, tuple[Callable[[], PaymentProvider], Destination, str]] = {
    "paypal": (lambda: adapter_for(PayPalServer()), PAYPAL_ACCOUNT, "EUR"),
    "flutterwave v3": (lambda: V3Harness(FlutterwaveV3Server()).provider, BANK_ACCOUNT, "NGN"),
    "flutterwave v4": (lambda: V4Harness(FlutterwaveV4Server()).provider, BANK_ACCOUNT, "NGN"),
}
PAGES = {"meta": {"page_info": {"total_pages": 1}}}
NONSENSE: list[Any] = [
    None,
    True,
    7,
    "text",
    [],
    [None],
    {},
    {"data": None},
    {"data": []},
    {"data": {}},
    {"data": [None], **PAGES},
    {"data": [{}], **PAGES},
    {"data": [7], **PAGES},
    {"data": {"status": "successful"}},
    {"data": {"status": "unheard of", "id": 1, "currency": "XXX", "amount": 1}},
    {"data": {"transfers": [None], "cursor": None}},
    {"data": {"id": "chg_1", "reference": "r", "amount": 1, "currency": "ZZZ", "status": "new"}},
    {"purchase_units": []},
    {"purchase_units": [None], "status": "CREATED"},
    {"purchase_units": [{"amount": {"currency_code": "EUR", "value": 1.5}}], "status": "CREATED"},
    {"id": "x", "purchase_units": [{"amount": None, "payments": {"captures": [{}]}}]},
    {"batch_header": None, "items": [None]},
    {"batch_header": {"payout_batch_id": "b"}, "items": []},
    {"transaction_details": [None], "total_pages": 1, "last_refreshed_datetime": "yesterday"},
    {"transaction_details": None, "total_pages": "x", "last_refreshed_datetime": None},
    {"balances": [{}]},
    {"disputed_transactions": []},
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
@pytest.mark.parametrize("name", PROVIDERS)
def test_nonsense_is_unknown_and_never_a_crash(
    name: str, nonsense: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, destination, currency = PROVIDERS[name]
    provider = make()
    monkeypatch.setattr(HttpApi, "call", lambda *args, **options: nonsense)
    amount = Money(1_000, currency)
    calls: list[Callable[[], Any]] = [
        lambda: provider.create_payment(new_payment(amount)),
        lambda: provider.fetch_payment("chg_1"),
        lambda: provider.fetch_payment("other"),
        lambda: provider.find_payment(str(new_id())),
        lambda: provider.refund(NewRefund(str(new_id()), "chg_1", amount)),
        lambda: provider.fetch_refund("1"),
        lambda: provider.find_refund(str(new_id())),
        lambda: provider.pay_out(NewPayout(str(new_id()), amount, destination)),
        lambda: provider.fetch_payout("1"),
        lambda: provider.find_payout(str(new_id())),
        lambda: provider.fetch_chargeback("1"),
        provider.read_balances,
    ]
    for call in calls:
        with suppress(ProviderError):
            call()
    with suppress(ProviderError):
        assert isinstance(provider.read_report(""), ReportPage)
