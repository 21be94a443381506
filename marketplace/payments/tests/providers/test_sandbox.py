"""The sandbox adapter: its errors, its signatures, and whole flows against the real server."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.db import transaction

from marketplace.core import clock
from marketplace.core.db import TransactionNested
from marketplace.core.ids import new_id
from marketplace.core.money import Money
from marketplace.payments.audits import (
    check_clearing_equals_providers,
    check_payments_equal_their_accounts,
)
from marketplace.payments.ledger.audit import Tally
from marketplace.payments.models import Chargeback, LedgerEntry, Payout, Refund
from marketplace.payments.projections import check_projections
from marketplace.payments.providers.protocol import (
    BadSignature,
    BadWebhook,
    NewPayment,
    NewRefund,
    ObjectKind,
    ProviderDeclined,
    ProviderRejected,
    ProviderUnknown,
)
from marketplace.payments.providers.sandbox import SandboxProvider
from marketplace.payments.services import (
    hold_captured_funds,
    process_webhooks,
    receive_webhook,
    refund_escrow,
    release_escrow,
    submit_payouts,
    submit_refunds,
)
from marketplace.payments.tests.factories import (
    HUNDRED_EUR,
    actor_for,
    in_transaction,
    make_bank_account,
    make_sale,
    start,
    wallet,
    withdraw_approved,
)
from marketplace.payments.tests.providers.sandbox_server import (
    API_KEY,
    WEBHOOK_SECRET,
    RunningSandbox,
    running_sandbox,
)
from marketplace.payments.tests.providers.waiting import wait_for

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
BODY = b'{"id":"evt_1","type":"payment.succeeded","data":{"id":"pay_1"}}'


def adapter(url: str, *, key: str = API_KEY, timeout_seconds: float = 5) -> SandboxProvider:
    return SandboxProvider(
        base_url=url,
        api_key=key,
        webhook_secrets=["old-secret", "new-secret"],
        holding_limit_days=90,
        timeout_seconds=timeout_seconds,
    )


def signature(secret: str, at: datetime = AT, body: bytes = BODY) -> str:
    seconds = int(at.timestamp())
    mac = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={mac}"


class TestSignatures:
    provider = adapter("http://127.0.0.1:1")

    def verify(self, header: str, body: bytes = BODY, at: datetime = AT) -> None:
        with clock.frozen(at):
            self.provider.verify_webhook(body, {"Sandbox-Signature": header})

    @pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
    def test_either_secret_is_taken_during_rotation(self, secret: str) -> None:
        self.verify(signature(secret))

    def test_any_of_several_signatures_may_match(self) -> None:
        theirs = signature("their-next-secret")
        ours = signature("new-secret").partition(",")[2]
        self.verify(f"{theirs},{ours}")

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_five_minutes_are_tolerated(self, seconds: int) -> None:
        self.verify(signature("new-secret"), at=AT + timedelta(seconds=seconds))

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_more_than_five_minutes_are_not(self, seconds: int) -> None:
        with pytest.raises(BadSignature):
            self.verify(signature("new-secret"), at=AT + timedelta(seconds=seconds))

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "nonsense",
            "t=abc,v1=00",
            f"t={int(AT.timestamp())}",
            f"t={int(AT.timestamp())},v1=",
            signature("a-strangers-secret"),
            signature("new-secret").replace("t=1", "t=2"),
            signature("new-secret") + ",v1=00" * 20,
        ],
    )
    def test_everything_else_is_refused(self, header: str) -> None:
        with pytest.raises(BadSignature):
            self.verify(header)

    def test_one_changed_byte_is_refused(self) -> None:
        with pytest.raises(BadSignature):
            self.verify(signature("new-secret"), body=BODY + b" ")

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id":1,"type":"x","data":{"id":"y"}}'])
    def test_what_is_no_event_cannot_be_read(self, body: bytes) -> None:
        with pytest.raises(BadWebhook):
            self.provider.parse_webhook(body)

    def test_an_event_of_another_kind_is_readable(self) -> None:
        notice = self.provider.parse_webhook(BODY.replace(b"payment.", b"dispute."))
        assert notice.kind is ObjectKind.OTHER


class TestErrors:
    def new(self, **changes: object) -> NewPayment:
        fields = {"reference": str(new_id()), "amount": HUNDRED_EUR, "description": ""}
        return NewPayment(return_url="", **{**fields, **changes})  # type: ignore[arg-type]

    def test_a_server_that_is_away_is_unknown(self) -> None:
        with pytest.raises(ProviderUnknown):
            adapter("http://127.0.0.1:1").create_payment(self.new())

    @pytest.mark.parametrize("action", ["timeout", "drop", "error", "unavailable"])
    def test_a_lost_answer_is_unknown_and_asking_finds_out(
        self, sandbox: RunningSandbox, action: str
    ) -> None:
        new = self.new()
        options = {"delay_seconds": 2} if action == "timeout" else {}
        sandbox.order("payments", action, new.reference, next=1, **options)
        with pytest.raises(ProviderUnknown):
            adapter(sandbox.url, timeout_seconds=0.5).create_payment(new)
        found = adapter(sandbox.url).find_payment(new.reference)
        assert (found is None) == (action == "unavailable")
        assert adapter(sandbox.url).create_payment(new).reference == new.reference

    def test_a_request_that_cannot_be_right_is_rejected(self, sandbox: RunningSandbox) -> None:
        with pytest.raises(ProviderRejected):
            adapter(sandbox.url).create_payment(self.new(reference="not a reference!"))

    def test_a_refund_beyond_the_capture_is_definite(self, sandbox: RunningSandbox) -> None:
        provider = adapter(sandbox.url)
        payment = provider.create_payment(self.new())
        sandbox.press(payment.id, "pay")
        too_much = NewRefund(str(new_id()), payment.id, HUNDRED_EUR + Money(1, "EUR"))
        with pytest.raises((ProviderDeclined, ProviderRejected)):
            provider.refund(too_much)

    def test_a_wrong_key_never_looks_like_a_decline(self, sandbox: RunningSandbox) -> None:
        with pytest.raises(ProviderUnknown):
            adapter(sandbox.url, key="wrong").create_payment(self.new())

    @pytest.mark.django_db
    def test_no_call_is_made_inside_a_transaction(self, sandbox: RunningSandbox) -> None:
        with pytest.raises(TransactionNested), transaction.atomic():
            adapter(sandbox.url).create_payment(self.new())


@pytest.fixture
def on_sandbox(settings: object, sandbox: RunningSandbox) -> RunningSandbox:
    """The platform speaks to the running sandbox."""
    return speak_to(sandbox, settings)


def speak_to(sandbox: RunningSandbox, settings: object) -> RunningSandbox:
    settings.SANDBOX_URL = sandbox.url  # type: ignore[attr-defined]
    settings.SANDBOX_API_KEY = API_KEY  # type: ignore[attr-defined]
    settings.SANDBOX_WEBHOOK_SECRETS = [WEBHOOK_SECRET]  # type: ignore[attr-defined]
    sandbox.webhooks.clear()
    return sandbox


def take_in(sandbox: RunningSandbox, event_type: bytes) -> None:
    """Wait for a webhook of this type, and hand over all that came."""
    wait_for(lambda: any(event_type in body for body, _ in sandbox.webhooks))
    while sandbox.webhooks:
        body, headers = sandbox.webhooks.pop(0)
        receive_webhook(provider="sandbox", body=body, headers=headers)
    process_webhooks()


@pytest.mark.django_db
def test_a_sale_and_a_cancelled_sale_over_real_sockets(on_sandbox: RunningSandbox) -> None:
    kept, cancelled = make_sale(), make_sale()
    for sale in (kept, cancelled):
        started = start(sale)
        assert httpx.get(started.next_action["url"], trust_env=False).status_code == 200
        on_sandbox.press(sale.attempt.provider_payment_id or "", "pay")
        take_in(on_sandbox, b"payment.succeeded")
        in_transaction(
            hold_captured_funds, payment_id=sale.payment_id, attempt_id=started.attempt_id
        )
    in_transaction(release_escrow, order_id=kept.order_id)
    in_transaction(refund_escrow, order_id=cancelled.order_id, reason="Cancelled")
    submit_refunds()
    take_in(on_sandbox, b"refund.succeeded")
    assert Refund.objects.get().status == "SUCCEEDED"
    assert cancelled.payment.status == "REFUNDED"
    withdraw_approved(
        actor=actor_for(kept.seller),
        amount=Money(9_000, "EUR"),
        bank_account_id=make_bank_account(kept.seller).id,
        idempotency_key="all",
    )
    submit_payouts()
    take_in(on_sandbox, b"payout.paid")
    assert Payout.objects.get().status == "PAID"
    assert wallet(kept.seller) == 0
    assert check_projections().differences == []
    assert list(check_payments_equal_their_accounts(Tally())) == []


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_chargeback_over_real_sockets(on_sandbox: RunningSandbox, outcome: str) -> None:
    sale = make_sale()
    started = start(sale)
    paid_id = sale.attempt.provider_payment_id or ""
    on_sandbox.press(paid_id, "pay")
    take_in(on_sandbox, b"payment.succeeded")
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=started.attempt_id)
    on_sandbox.order("webhooks", "contradictory", str(started.attempt_id))
    chargeback_id = on_sandbox.open_chargeback(paid_id, Money(10_000, "EUR"))
    take_in(on_sandbox, b"chargeback.opened")
    assert sale.payment.disputed_minor == 10_000
    on_sandbox.decide_chargeback(chargeback_id, outcome)
    take_in(on_sandbox, f"chargeback.{outcome}".encode())
    # What contradicts it is asked about like everything else, and changes nothing.
    take_in(on_sandbox, b"chargeback.")
    chargeback = Chargeback.objects.get()
    assert (chargeback.status, chargeback.contradictions) == (outcome.upper(), 0)
    assert sale.payment.held_minor == (10_000 if outcome == "won" else 0)
    assert check_projections().differences == []
    assert list(check_payments_equal_their_accounts(Tally())) == []


@pytest.mark.django_db
def test_webhooks_that_come_doubled_and_contradict_each_other(on_sandbox: RunningSandbox) -> None:
    for action in ("duplicate", "contradictory", "reordered"):
        sale = make_sale()
        started = start(sale)
        on_sandbox.order("webhooks", action, str(started.attempt_id), delay_seconds=0.2)
        on_sandbox.press(sale.attempt.provider_payment_id or "", "pay")
        # Also what came before: the contradiction of the sale before this one, say.
        for _ in range(5):
            take_in(on_sandbox, b"payment.")
            if sale.attempt.status == "CAPTURED":
                break
        assert sale.attempt.status == "CAPTURED", action


@pytest.mark.django_db
def test_the_providers_books_are_compared_with_ours(
    on_sandbox: RunningSandbox, settings: object
) -> None:
    before = {d.partition(", our")[0] for d in check_clearing_equals_providers(Tally())}
    settings.SANDBOX_URL = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    tally = Tally()
    assert list(check_clearing_equals_providers(tally)) == []
    assert "was not reached" in tally.note
    settings.SANDBOX_URL = on_sandbox.url  # type: ignore[attr-defined]
    sale = make_sale(Money(700, "CHF"))
    started = start(sale)
    on_sandbox.press(sale.attempt.provider_payment_id or "", "pay")
    (extra,) = {d.partition(", our")[0] for d in check_clearing_equals_providers(Tally())} - before
    assert extra == "sandbox: it reports 7.00 CHF", "captured there, and not yet in our books"
    take_in(on_sandbox, b"payment.succeeded")
    in_transaction(hold_captured_funds, payment_id=sale.payment_id, attempt_id=started.attempt_id)
    differences = list(check_clearing_equals_providers(Tally()))
    assert not [difference for difference in differences if "CHF" in difference]
    settings.SANDBOX_URL = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    assert "no balance report" in next(check_clearing_equals_providers(Tally()))


@pytest.mark.django_db
def test_the_books_agree_with_a_provider_that_takes_a_fee(settings: object) -> None:
    with running_sandbox(SANDBOX_FEE_BPS="250") as dear:
        speak_to(dear, settings)
        sale = make_sale()
        started = start(sale)
        dear.press(sale.attempt.provider_payment_id or "", "pay")
        take_in(dear, b"payment.succeeded")
        in_transaction(
            hold_captured_funds, payment_id=sale.payment_id, attempt_id=started.attempt_id
        )
        tally = Tally()
        assert list(check_clearing_equals_providers(tally)) == []
        assert tally.examined == 1
    fee = LedgerEntry.objects.get(account__kind_id="expense_psp_fee")
    assert (fee.amount_minor, fee.currency) == (250, "EUR")
