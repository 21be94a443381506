"""What happened to a payment, in words that its buyer and its seller understand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.payments.models import Payment, PaymentEvent
from marketplace.payments.queries.get_payment import get_payment
from marketplace.payments.snapshots import PaymentSnapshot
from marketplace.payments.streams import facts


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """``by`` is buyer, seller, platform or provider."""

    at: datetime
    type: str
    text: str
    by: str


def get_payment_timeline(*, payment_id: UUID, actor: Actor) -> list[TimelineEntry]:
    """The payment's events, oldest first; NotFound for anyone but its buyer and its seller.

    What only concerns the seller (the commission) is not told to the buyer.
    """
    payment = get_payment(payment_id=payment_id, actor=actor)
    return describe(payment, for_seller=actor.user_id == payment.seller_id)


def describe(payment: PaymentSnapshot, *, for_seller: bool) -> list[TimelineEntry]:
    rows = PaymentEvent.objects.filter(stream_id=payment.id).order_by("version")
    entries = []
    for row in rows:
        fact = facts.from_payload(row.type, row.payload)
        entries.append(
            TimelineEntry(
                at=row.occurred_at,
                type=row.type,
                text=_text(fact, for_seller=for_seller),
                by=_by(row.actor, payment),
            )
        )
    return entries


def describe_for_operator(payment: Payment) -> list[tuple[PaymentEvent, str]]:
    """Each event with its sentence, commission included."""
    rows = PaymentEvent.objects.filter(stream_id=payment.id).order_by("version")
    return [
        (row, _text(facts.from_payload(row.type, row.payload), for_seller=True)) for row in rows
    ]


def _by(actor: str, payment: PaymentSnapshot) -> str:
    kind, _, name = actor.partition(":")
    if kind != "user":
        return "provider" if kind == "provider" else "platform"
    if name == str(payment.user_id):
        return "buyer"
    return "seller" if name == str(payment.seller_id) else "platform"


def _text(fact: facts.Fact, *, for_seller: bool) -> str:
    if isinstance(fact, facts.EscrowReleased):
        return _released(fact, for_seller=for_seller)
    describer = SENTENCES.get(type(fact))
    return describer(fact) if describer else fact.type


def _released(fact: facts.EscrowReleased, *, for_seller: bool) -> str:
    if not for_seller:
        return f"{_money(fact.gross_minor, fact.currency)} released to the seller."
    commission = _money(fact.commission_minor, fact.currency)
    net = _money(fact.net_minor, fact.currency)
    return f"{net} released to the seller's wallet, after {commission} commission."


def _money(amount_minor: int, currency: str) -> str:
    return str(Money(amount_minor, currency))


SENTENCES: dict[type[facts.Fact], Callable[..., str]] = {
    facts.PaymentCreated: lambda f: f"{_money(f.amount_minor, f.currency)} to be paid.",
    facts.AttemptStarted: lambda f: f"The buyer began to pay by {f.method.replace('_', ' ')}.",
    facts.AttemptOutcomeUnknown: lambda _: "The provider did not answer; we keep asking.",
    facts.AttemptRedirected: lambda _: "The buyer was sent to the provider's page.",
    facts.AttemptDeclined: lambda f: f"The payment was declined ({f.code}).",
    facts.CaptureConfirmed: lambda f: (
        f"The provider collected {_money(f.amount_minor, f.currency)}."
    ),
    facts.ReceiptAssigned: lambda f: (
        f"{_money(f.amount_minor, f.currency)} had come under another reference; our staff found "
        "that it is for this payment."
    ),
    facts.FundsHeld: lambda f: f"{_money(f.amount_minor, f.currency)} put into escrow.",
    facts.PaidFromWallet: lambda f: (
        f"{_money(f.amount_minor, f.currency)} paid from the buyer's wallet, and put into escrow."
    ),
    facts.CapturePutInSuspense: lambda f: (
        f"{_money(f.amount_minor, f.currency)} put aside: our staff looks at it."
    ),
    facts.RefundRequested: lambda f: (
        f"Refund of {_money(f.amount_minor, f.currency)} requested: {f.reason}"
    ),
    facts.RefundOutcomeUnknown: lambda _: "The provider did not answer; we keep asking.",
    facts.RefundSubmitted: lambda _: "The provider took on the refund.",
    facts.RefundSucceeded: lambda _: "The refund was sent to the buyer.",
    facts.RefundFailed: lambda f: (
        f"The refund could not be sent; {_money(f.amount_minor, f.currency)} "
        "put into the buyer's wallet."
    ),
    facts.RefundContradicted: lambda _: (
        "The provider sent the refund after all: staff looks at it."
    ),
    facts.HoldingAlertRaised: lambda _: "Our staff was told to settle this payment in time.",
    facts.HoldingLimitLifted: lambda _: "Our staff has seen to it that the money can wait.",
    facts.PaymentVoided: lambda _: "The order ended before it was paid.",
}
