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
    sides = OF_THE_SELLER.get(type(fact))
    describe = sides[0 if for_seller else 1] if sides else SENTENCES.get(type(fact))
    return describe(fact) if describe else fact.type


def _money(amount_minor: int, currency: str) -> str:
    return str(Money(amount_minor, currency))


def _borne(wallet_minor: int, receivable_minor: int, currency: str) -> str:
    """Who bears what the buyer has back, for the seller."""
    parts = (
        (wallet_minor, "taken from the seller's wallet"),
        (receivable_minor, "owed by the seller, and repaid by the next sales"),
    )
    told = [f"{_money(minor, currency)} {how}" for minor, how in parts if minor]
    return f" {'; '.join(told)}." if told else ""


OF_THE_SELLER: dict[type[facts.Fact], tuple[Callable[..., str], Callable[..., str]]] = {
    # As the seller reads it, and as the buyer does.
    facts.EscrowReleased: (
        lambda f: (
            f"{_money(f.net_minor, f.currency)} released to the seller's wallet, after "
            f"{_money(f.commission_minor, f.currency)} commission."
        ),
        lambda f: f"{_money(f.gross_minor, f.currency)} released to the seller.",
    ),
    facts.RefundTakenFromSeller: (
        lambda f: (
            "The refund is of money that had been released."
            + _borne(f.wallet_minor, f.receivable_minor, f.currency)
        ),
        lambda _: "The refund is of money that had been released.",
    ),
    facts.ReceivableRepaid: (
        lambda f: f"{_money(f.amount_minor, f.currency)} of it repaid what the seller owed.",
        lambda _: "Settled between the seller and us.",
    ),
    facts.ChargebackLost: (
        lambda f: (
            f"The buyer's bank has decided: {_money(f.amount_minor, f.currency)} stay with the "
            f"buyer.{_borne(f.wallet_minor, f.receivable_minor, f.currency)}"
        ),
        lambda f: (
            f"The buyer's bank has decided: {_money(f.amount_minor, f.currency)} stay with the "
            "buyer."
        ),
    ),
}
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
    facts.ChargebackOpened: lambda f: (
        f"The buyer's bank asks for {_money(f.amount_minor, f.currency)} back. Nothing of this "
        "payment moves until it has decided."
    ),
    facts.ChargebackCovered: lambda f: (
        f"{_money(f.amount_minor, f.currency)} of a refund that could not be sent stand against "
        "what the buyer's bank asks for."
    ),
    facts.ChargebackWon: lambda f: (
        f"The buyer's bank has decided: {_money(f.amount_minor, f.currency)} are back, and the "
        "sale goes on."
    ),
    facts.ChargebackContradicted: lambda _: (
        "The buyer's bank has changed its decision: our staff looks at it."
    ),
    facts.HoldingAlertRaised: lambda _: "Our staff was told to settle this payment in time.",
    facts.HoldingLimitLifted: lambda _: "Our staff has seen to it that the money can wait.",
    facts.PaymentVoided: lambda _: "The order ended before it was paid.",
}
