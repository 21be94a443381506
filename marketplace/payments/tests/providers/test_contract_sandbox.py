"""The sandbox provider, as a program of its own over a socket, keeps the contract."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import pytest

from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    ObjectKind,
    PaymentOutcome,
    PaymentProvider,
    PayoutOutcome,
    ProviderPayment,
    RefundOutcome,
)
from marketplace.payments.providers.sandbox import SandboxProvider
from marketplace.payments.tests.providers.contract import (
    Harness,
    ProviderContract,
    Trouble,
    captured,
)
from marketplace.payments.tests.providers.sandbox_server import API_KEY, RunningSandbox


class SandboxHarness(Harness):
    ENDS = {"FAILED": "fail", "RETURNED": "return"}

    def __init__(self, running: RunningSandbox) -> None:
        self.running = running
        self.provider = self.adapter()

    def adapter(self, *, key: str = API_KEY, timeout_seconds: float = 5) -> PaymentProvider:
        return SandboxProvider(
            base_url=self.running.url,
            api_key=key,
            webhook_secrets=["old", "new"],
            holding_limit_days=90,
            timeout_seconds=timeout_seconds,
        )

    def press(self, payment: ProviderPayment, outcome: PaymentOutcome) -> None:
        captured = outcome is PaymentOutcome.CAPTURED
        self.running.press(payment.id, "pay" if captured else "decline")

    def pay_with(self, payment: ProviderPayment, instrument: str) -> None:
        self.running.press(payment.id, "pay", card=instrument)

    def will_settle(self, reference: str, outcome: RefundOutcome | PayoutOutcome) -> None:
        if action := self.ENDS.get(outcome):
            kind = "refunds" if isinstance(outcome, RefundOutcome) else "payouts"
            self.running.order(kind, action, reference)

    def trouble(self, kind: ObjectKind, reference: str, trouble: Trouble) -> None:
        # It breaks no JSON: an answer that breaks off is the same news.
        action = "drop" if trouble is Trouble.BROKEN else trouble.value
        options = {"delay_seconds": 2} if trouble is Trouble.TIMEOUT else {}
        self.running.order(f"{kind}s", action, reference, next=1, **options)

    def open_chargeback(self, payment: ProviderPayment) -> str:
        # What it takes, and its fee, is put there first: other tests pay out of this balance.
        for _ in range(2):
            captured(self)
        return self.running.open_chargeback(payment.id, payment.amount)

    def close_chargeback(self, chargeback_id: str, outcome: ChargebackOutcome) -> None:
        self.running.decide_chargeback(chargeback_id, outcome.lower())

    def event(self, kind: ObjectKind, object_id: str) -> bytes:
        return f'{{"id":"evt_1","type":"{kind}.changed","data":{{"id":"{object_id}"}}}}'.encode()

    def sign(self, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
        seconds = int(at.timestamp())
        mac = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
        return {"Sandbox-Signature": f"t={seconds},v1={mac}"}


class TestSandbox(ProviderContract):
    @pytest.fixture
    def harness(self, sandbox: RunningSandbox) -> SandboxHarness:
        return SandboxHarness(sandbox)
