"""What every provider does for us, and the words it does it in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from marketplace.core.money import Money


class ProviderError(Exception):
    """Base of what can go wrong with a call. ``code`` is the provider's, or ours."""

    def __init__(self, message: str, *, code: str = "") -> None:
        self.code = code or "provider_error"
        super().__init__(message)


class ProviderDeclined(ProviderError):
    """Definite: nothing happened, because the instrument, the bank or the balance said no."""


class ProviderRejected(ProviderError):
    """Definite: nothing happened, because the request itself was refused."""


class ProviderUnknown(ProviderError):
    """Perhaps it happened: a time-out, a broken answer, a 5xx. Ask; never simply repeat."""


class ObjectMissing(ProviderError):
    """A definite answer to a question: the provider has no such object."""


@contextmanager
def asking() -> Iterator[None]:
    """Around a question after a request that may have arrived.

    A provider that refuses to answer (a key that may not list, a proxy's 403) has not refused the
    request: whether the money moved stays unknown.
    """
    try:
        yield
    except (ProviderDeclined, ProviderRejected) as error:
        raise ProviderUnknown(f"the question was refused: {error}", code=error.code) from error


class BadSignature(Exception):
    """The webhook was not signed by the provider, or too long ago."""


class BadWebhook(Exception):
    """Signed, and still not a webhook that can be understood."""


class PaymentOutcome(StrEnum):
    OPEN = "OPEN"
    APPROVED = "APPROVED"
    """The buyer said yes, and nothing moves until we collect it (:class:`CapturingProvider`)."""
    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"


class RefundOutcome(StrEnum):
    OPEN = "OPEN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class PayoutOutcome(StrEnum):
    OPEN = "OPEN"
    PAID = "PAID"
    FAILED = "FAILED"
    RETURNED = "RETURNED"


class ChargebackOutcome(StrEnum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class ReportKind(StrEnum):
    """What moved money in a provider's balance, in our words."""

    PAYMENT = "PAYMENT"
    FEE = "FEE"
    REFUND = "REFUND"
    REFUND_RETURN = "REFUND_RETURN"
    PAYOUT = "PAYOUT"
    PAYOUT_RETURN = "PAYOUT_RETURN"
    CHARGEBACK = "CHARGEBACK"
    CHARGEBACK_FEE = "CHARGEBACK_FEE"
    CHARGEBACK_RETURN = "CHARGEBACK_RETURN"
    SETTLEMENT = "SETTLEMENT"
    OTHER = "OTHER"


class ObjectKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    PAYOUT = "payout"
    CHARGEBACK = "chargeback"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NewPayment:
    """``reference`` is the attempt's id: our name for it, unique for good, and the key."""

    reference: str
    amount: Money
    description: str
    return_url: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider sees it now. ``amount`` is what it collected, or will.

    ``fee`` is what the provider keeps of it, where it says so.
    """

    id: str
    reference: str
    outcome: PaymentOutcome
    amount: Money
    redirect_url: str = ""
    failure_code: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    fee: Money | None = None
    instrument: str = field(default="", repr=False)
    """The provider's own name of the card or account that paid: the same whenever it pays again,
    whoever it pays for. Empty where the provider has none, or does not say. It is personal data:
    never in an event or a log.

    Stripe: ``payment_method_details.<type>.fingerprint`` of the charge
    (docs.stripe.com/api/charges/object). Paystack: ``authorization.signature``, "unique to the card
    being used" (paystack.com/docs/payments/recurring-charges). PayPal: ``payer.payer_id``
    (checkout_orders_v2 of github.com/paypal/paypal-rest-api-specifications). Flutterwave has none:
    ``card.token`` is made for one customer's email (developer.flutterwave.com, tokenized charges).
    """


@dataclass(frozen=True, slots=True)
class NewRefund:
    reference: str
    provider_payment_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    id: str
    reference: str
    outcome: RefundOutcome
    amount: Money
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """A bank account in the clear: only ever in memory, on its way to the provider."""

    account_holder: str
    number_kind: str
    number: str = field(repr=False)
    bank_code: str = ""
    """The bank's code in its country, where an account number alone does not name the bank."""


@dataclass(frozen=True, slots=True)
class NewPayout:
    reference: str
    amount: Money
    destination: Destination


@dataclass(frozen=True, slots=True)
class ProviderPayout:
    id: str
    reference: str
    outcome: PayoutOutcome
    amount: Money
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class ProviderChargeback:
    """The payer's bank asks for the money back. ``fee`` is what the provider takes for it."""

    id: str
    provider_payment_id: str
    outcome: ChargebackOutcome
    amount: Money
    fee: Money
    reason: str = ""
    respond_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a provider's balance report. ``amount`` is signed: below zero it left us.

    ``id`` is the line's own, unique at the provider; ``object_id`` is the payment, refund, payout
    or chargeback it belongs to, and ``reference`` the name that we gave that object.
    """

    id: str
    kind: ReportKind
    object_id: str
    reference: str
    amount: Money
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Lines in the provider's order. ``next_after`` is where a later reading goes on."""

    lines: Sequence[ReportLine]
    next_after: str
    has_more: bool


class ReportUnavailable(ProviderError):
    """This provider has no report to ask for; its file must be imported instead."""


@dataclass(frozen=True, slots=True)
class WebhookNotice:
    """That something happened to an object. What happened is asked, not believed."""

    event_id: str
    type: str
    kind: ObjectKind
    object_id: str


class PaymentProvider(Protocol):
    """One provider. Calls raise :class:`ProviderError` and nothing else.

    ``reference`` is honoured as an idempotency key: the same request again gives the first
    object. ``find_…`` asks by reference and answers None when the provider has none.
    """

    name: str
    holding_limit_days: int
    """How long the provider lets money wait before it must be settled."""

    def create_payment(self, new: NewPayment) -> ProviderPayment: ...
    def fetch_payment(self, provider_payment_id: str) -> ProviderPayment: ...
    def find_payment(self, reference: str) -> ProviderPayment | None: ...
    def refund(self, new: NewRefund) -> ProviderRefund: ...
    def fetch_refund(self, provider_refund_id: str) -> ProviderRefund: ...
    def find_refund(self, reference: str) -> ProviderRefund | None: ...
    def pay_out(self, new: NewPayout) -> ProviderPayout: ...
    def fetch_payout(self, provider_payout_id: str) -> ProviderPayout: ...
    def find_payout(self, reference: str) -> ProviderPayout | None: ...
    def fetch_chargeback(self, provider_chargeback_id: str) -> ProviderChargeback: ...
    def verify_webhook(self, body: bytes, headers: Mapping[str, str]) -> None: ...
    def parse_webhook(self, body: bytes) -> WebhookNotice: ...
    def read_balances(self) -> Sequence[Money]: ...
    def read_report(self, after: str) -> ReportPage: ...


@runtime_checkable
class CapturingProvider(PaymentProvider, Protocol):
    """A provider where an approval is not yet money: we collect it by a request of our own."""

    def capture_payment(self, provider_payment_id: str) -> ProviderPayment:
        """Collect what the buyer approved, once however often it is asked, under a key made from
        our reference. A refusal is an answer (``DECLINED``); only ``ProviderUnknown`` and
        ``ObjectMissing`` are raised."""
        ...
