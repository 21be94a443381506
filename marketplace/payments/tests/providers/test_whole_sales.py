"""A sale from the first request to the refund, through real adapters over real sockets.

Afterwards our books equal the provider's: escrow empty, clearing as it reports, projections as the
events say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_clearing_equals_providers,
    check_payments_equal_their_accounts,
)
from marketplace.payments.errors import PaymentOutcomeUnknown, WebhookNotSigned
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import Chargeback, Payout, ProviderWebhook, Refund
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.factory import PayoutUnavailable
from marketplace.payments.providers.protocol import (
    ChargebackOutcome,
    ObjectKind,
    PaymentOutcome,
    RefundOutcome,
)
from marketplace.payments.services import (
    HoldOutcome,
    hold_captured_funds,
    process_webhooks,
    receive_webhook,
    refund_escrow,
    release_escrow,
    settle_unknown_attempts,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.tests.factories import (
    Sale,
    actor_for,
    add_approved_bank_account,
    escrow,
    in_transaction,
    make_bank_account,
    make_sale,
    start,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.providers.contract import Harness, Trouble
from marketplace.payments.tests.providers.fake_server import FakeServer
from marketplace.payments.tests.providers.paystack_server import (
    ACCOUNT_NUMBER,
    BANK_CODE,
    SECRET_KEY,
    PaystackServer,
)
from marketplace.payments.tests.providers.stripe_server import ACCOUNT, API_KEY, StripeServer
from marketplace.payments.tests.providers.test_contract_paystack import PaystackHarness
from marketplace.payments.tests.providers.test_contract_stripe import StripeHarness

pytestmark = pytest.mark.django_db


@dataclass
class Stage:
    """The platform, configured for one provider that is running."""

    name: str
    harness: Harness
    server: FakeServer
    amount: Money

    def take_in(self) -> list[bool]:
        """Hand over every webhook that was sent, as it was sent, and process them."""
        kept = []
        while self.server.webhooks:
            body, headers = self.server.webhooks.pop(0)
            kept.append(receive_webhook(provider=self.name, body=body, headers=headers))
        process_webhooks()
        return kept

    def begin(self) -> Sale:
        sale = make_sale(self.amount)
        action = start(sale).next_action
        assert action["url"].startswith(self.server.url)
        return sale

    def pay(self, sale: Sale) -> None:
        payment = self.harness.provider.fetch_payment(sale.attempt.provider_payment_id or "")
        self.harness.press(payment, PaymentOutcome.CAPTURED)

    def sell(self) -> Sale:
        sale = self.begin()
        self.pay(sale)
        self.take_in()
        outcome = in_transaction(
            hold_captured_funds, payment_id=sale.payment_id, attempt_id=sale.attempt.id
        )
        assert outcome is HoldOutcome.HELD
        assert escrow(sale) == self.amount.amount_minor
        return sale

    def check_books(self) -> None:
        differences = [
            *check_clearing_equals_providers(Tally()),
            *check_payments_equal_their_accounts(Tally()),
            *check_projections().differences,
        ]
        # The sandbox of other tests is away, and holds nothing of ours.
        assert [found for found in differences if not found.startswith("sandbox")] == []


def stripe_stage(settings: Any, request: pytest.FixtureRequest) -> Stage:
    url = request.getfixturevalue("localstripe")
    server = request.getfixturevalue("fresh")(StripeServer(url))
    settings.STRIPE_URL, settings.STRIPE_API_KEY = server.url, API_KEY
    settings.STRIPE_WEBHOOK_SECRETS = ["next", "new"]
    return Stage("stripe", StripeHarness(server), server, Money(12_300, "EUR"))


def paystack_stage(settings: Any, request: pytest.FixtureRequest) -> Stage:
    server = request.getfixturevalue("fresh")(PaystackServer())
    settings.PAYSTACK_URL, settings.PAYSTACK_SECRET_KEYS = server.url, [SECRET_KEY, "old"]
    settings.PAYSTACK_RECEIPT_EMAIL = "receipts@market.example"
    return Stage("paystack", PaystackHarness(server), server, Money(1_234_500, "NGN"))


ROTATED = {"stripe": "WEBHOOK_SECRETS", "paystack": "SECRET_KEYS"}
STAGES = {"stripe": stripe_stage, "paystack": paystack_stage}


@pytest.fixture
def fresh() -> Any:
    """A server with books of its own: they are compared with those of this test."""
    running = []

    def begin(server: FakeServer) -> FakeServer:
        context = server.running()
        context.__enter__()
        running.append(context)
        return server

    yield begin
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest, settings: Any) -> Stage:
    made = STAGES[request.param](settings, request)
    settings.PAYMENT_ROUTES = [("card", "*", "*", made.name)]
    settings.PAYOUT_ROUTES = [("*", "*", made.name)]
    return made


def test_a_sale_is_paid_held_and_refunded(stage: Stage) -> None:
    sale = stage.sell()
    stage.check_books()
    in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
    submit_refunds()
    refund = Refund.objects.get()
    if refund.status != "SUCCEEDED":  # Stripe says so at once
        stage.harness.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
        stage.take_in()
    assert Refund.objects.get().status == "SUCCEEDED"
    assert sale.payment.status == "REFUNDED"
    assert escrow(sale) == 0
    stage.check_books()


@pytest.mark.parametrize("trouble", [Trouble.TIMEOUT, Trouble.DROP, Trouble.ERROR, Trouble.BROKEN])
def test_a_lost_answer_costs_time_and_nothing_else(
    stage: Stage, trouble: Trouble, settings: Any
) -> None:
    """ADR 28: unknown is asked, and the sale goes on under the same attempt."""
    settings.PROVIDER_TIMEOUT_SECONDS = 0.4
    sale = make_sale(stage.amount)
    stage.server.trouble(trouble, "amount")
    with pytest.raises(PaymentOutcomeUnknown):
        start(sale)
    assert sale.attempt.status == "UNKNOWN"
    settings.PROVIDER_TIMEOUT_SECONDS = 5
    first = sale.attempt.id
    action = start(sale).next_action
    assert action["url"].startswith(stage.server.url)
    assert sale.attempt.id == first
    settle_unknown_attempts()
    assert sale.attempt.status == "REDIRECTED"


def test_the_seller_is_paid_out_through_paystack(settings: Any, request: Any) -> None:
    stage = paystack_stage(settings, request)
    settings.PAYMENT_ROUTES = [("card", "*", "*", stage.name)]
    settings.PAYOUT_ROUTES = [("NGN", "*", stage.name)]
    sale = stage.sell()
    in_transaction(release_escrow, order_id=sale.order_id)
    earned = wallet(sale.seller, "NGN")
    account = add_approved_bank_account(
        actor=actor_for(sale.seller),
        account_holder="Linden Seller",
        currency="NGN",
        account_number=ACCOUNT_NUMBER,
        bank_code=BANK_CODE,
    )
    withdraw_approved(
        actor=actor_for(sale.seller),
        amount=Money(earned, "NGN"),
        bank_account_id=account.id,
        idempotency_key="all",
    )
    submit_payouts()
    payout = Payout.objects.get()
    assert payout.provider == "paystack"
    stage.server.settle_transfer(str(payout.id), "success")  # type: ignore[attr-defined]
    stage.take_in()
    assert Payout.objects.get().status == "PAID"
    assert wallet(sale.seller, "NGN") == 0
    stage.check_books()


def test_the_seller_is_paid_out_through_stripe(settings: Any, request: Any) -> None:
    stage = stripe_stage(settings, request)
    settings.PAYMENT_ROUTES = [("card", "*", "*", stage.name)]
    settings.PAYOUT_ROUTES = [("*", "*", "sandbox"), ("*", "*", stage.name)]
    sale = stage.sell()
    in_transaction(release_escrow, order_id=sale.order_id)
    account = add_approved_bank_account(
        actor=actor_for(sale.seller),
        account_holder="Linden Seller",
        currency="EUR",
        stripe_account=ACCOUNT,
    )
    withdraw_approved(
        actor=actor_for(sale.seller),
        amount=Money(wallet(sale.seller), "EUR"),
        bank_account_id=account.id,
        idempotency_key="all",
    )
    submit_payouts()
    payout = Payout.objects.get()
    assert (payout.provider, payout.status) == ("stripe", "PAID")
    stage.take_in()
    assert wallet(sale.seller) == 0
    stage.check_books()
    stage.server.reverse_transfer(str(payout.id))  # type: ignore[attr-defined]
    stage.take_in()
    assert Payout.objects.get().status == "RETURNED"
    stage.check_books()


def test_a_withdrawal_that_nobody_can_pay_is_refused_and_takes_nothing(
    settings: Any, request: Any
) -> None:
    stage = stripe_stage(settings, request)
    settings.PAYMENT_ROUTES = [("card", "*", "*", stage.name)]
    settings.PAYOUT_ROUTES = [("*", "*", stage.name)]
    sale = stage.sell()
    in_transaction(release_escrow, order_id=sale.order_id)
    earned = wallet(sale.seller)
    with pytest.raises(PayoutUnavailable):
        withdraw_approved(
            actor=actor_for(sale.seller),
            amount=Money(earned, "EUR"),
            bank_account_id=make_bank_account(sale.seller).id,
            idempotency_key="all",
        )
    assert wallet(sale.seller) == earned
    assert not Payout.objects.exists()


@pytest.mark.parametrize("outcome", [ChargebackOutcome.WON, ChargebackOutcome.LOST])
def test_a_chargeback_takes_the_money_and_its_fee_as_the_provider_does(
    stage: Stage, outcome: ChargebackOutcome
) -> None:
    sale = stage.sell()
    payment = stage.harness.provider.fetch_payment(sale.attempt.provider_payment_id or "")
    chargeback_id = stage.harness.open_chargeback(payment)
    stage.take_in()
    assert Chargeback.objects.get().payment_id == sale.payment_id
    assert escrow(sale) == 0, "it waits in dispute"
    if stage.name == "stripe":  # Paystack takes it only when the dispute is lost (ADR 58)
        stage.check_books()
    stage.harness.close_chargeback(chargeback_id, outcome)
    stage.take_in()
    won = outcome is ChargebackOutcome.WON
    assert escrow(sale) == (stage.amount.amount_minor if won else 0)
    stage.check_books()


class TestIncomingWebhooks:
    """assurance 19."""

    def test_they_are_kept_before_anything_is_made_of_them(self, stage: Stage) -> None:
        sale = stage.begin()
        stage.pay(sale)
        body, headers = stage.server.webhooks[-1]
        asked = len(stage.server.asked)
        assert receive_webhook(provider=stage.name, body=body, headers=headers)
        assert bytes(ProviderWebhook.objects.get().raw_body) == body
        assert sale.attempt.status == "REDIRECTED"
        assert len(stage.server.asked) == asked, "nothing is asked while the provider waits"

    def test_the_same_event_again_does_nothing(self, stage: Stage) -> None:
        sale = stage.begin()
        stage.pay(sale)
        stage.server.webhooks *= 3
        assert stage.take_in() == [True, False, False]
        assert sale.attempt.status == "CAPTURED"

    def test_what_was_altered_is_not_kept(self, stage: Stage) -> None:
        sale = stage.begin()
        stage.pay(sale)
        body, headers = stage.server.webhooks[-1]
        for altered in (body.replace(b"1", b"2", 1), body + b"\n", b""):
            with pytest.raises(WebhookNotSigned):
                receive_webhook(provider=stage.name, body=altered, headers=headers)
        assert ProviderWebhook.objects.count() == 0

    def test_a_secret_is_rotated_without_losing_an_event(self, stage: Stage, settings: Any) -> None:
        """Old and new are taken side by side, and the old one no more once it is removed."""
        setting = f"{stage.name.upper()}_{ROTATED[stage.name]}"
        sale = stage.begin()
        stage.pay(sale)
        body, headers = stage.server.webhooks.pop()
        old_and_new = getattr(settings, setting)
        setattr(settings, setting, ["the-next-one"])
        with pytest.raises(WebhookNotSigned):
            receive_webhook(provider=stage.name, body=body, headers=headers)
        setattr(settings, setting, ["the-next-one", *old_and_new])
        assert receive_webhook(provider=stage.name, body=body, headers=headers)

    def test_events_in_any_order_lead_to_the_same_state(self, stage: Stage) -> None:
        sale = stage.sell()
        in_transaction(refund_escrow, order_id=sale.order_id, reason="Cancelled")
        submit_refunds()
        refund = Refund.objects.get()
        if refund.status != "SUCCEEDED":
            stage.harness.settle_refund(str(refund.id), RefundOutcome.SUCCEEDED)
        stage.server.webhooks.reverse()
        stage.take_in()
        assert Refund.objects.get().status == "SUCCEEDED"
        before = (sale.payment.status, sale.attempt.status, escrow(sale))
        stage.server.webhooks.append(late_news(stage, sale))
        stage.take_in()
        assert (sale.payment.status, sale.attempt.status, escrow(sale)) == before
        stage.check_books()


def late_news(stage: Stage, sale: Sale) -> tuple[bytes, dict[str, str]]:
    """An event about the payment that comes after everything."""
    body = stage.harness.event(ObjectKind.PAYMENT, sale.attempt.provider_payment_id or "")
    secret = "new" if stage.name == "stripe" else "old"
    signed: Mapping[str, str] = stage.harness.sign(body, secret, clock.now())
    return body, dict(signed)
