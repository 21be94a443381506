"""The money of one order from the buyer to where it is now, with the seals that prove it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.core.actor import Actor
from marketplace.core.money import Money
from marketplace.payments.models import Payment
from marketplace.payments.queries.get_payment import get_payment
from marketplace.payments.queries.get_payment_proof import sale_of, viewer_of
from marketplace.payments.queries.get_payment_timeline import describe
from marketplace.payments.repositories.payments import snapshot_of
from marketplace.payments.seals.disclosure import Sale, Viewer, concerns, shows_leg
from marketplace.payments.seals.leaves import JournalRow
from marketplace.payments.seals.trail import Trail, read_trail
from marketplace.payments.snapshots import PaymentSnapshot


@dataclass(frozen=True, slots=True)
class SealMark:
    """``position`` is the place among everything that was ever sealed."""

    number: int
    position: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class TrailEvent:
    version: int
    at: datetime
    type: str
    text: str
    by: str
    seal: SealMark | None
    """None until it is sealed, a few seconds after it happened."""


@dataclass(frozen=True, slots=True)
class TrailLeg:
    """``side`` is debit or credit."""

    account: str
    side: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TrailJournal:
    id: UUID
    kind: str
    at: datetime
    legs: Sequence[TrailLeg]
    hidden_legs: int
    """Legs that concern only others."""
    seal: SealMark | None


@dataclass(frozen=True, slots=True)
class MoneyTrail:
    payment_id: UUID
    order_id: UUID
    amount: Money
    events: Sequence[TrailEvent]
    journals: Sequence[TrailJournal]

    @property
    def is_sealed(self) -> bool:
        return all(event.seal for event in self.events) and all(
            journal.seal for journal in self.journals
        )


def get_money_trail(*, payment_id: UUID, actor: Actor) -> MoneyTrail:
    """The trail as the payment's buyer or seller may see it; NotFound for everybody else."""
    payment = get_payment(payment_id=payment_id, actor=actor)
    return _trail(payment, viewer_of(payment, actor))


def get_money_trail_for_operator(payment: Payment) -> MoneyTrail:
    """Every leg, the platform's own costs included."""
    return _trail(snapshot_of(payment), Viewer.OPERATOR)


def _trail(payment: PaymentSnapshot, viewer: Viewer) -> MoneyTrail:
    sale = sale_of(payment)
    trail = read_trail(payment_id=sale.payment_id, order_id=sale.order_id)
    entries = describe(payment, for_seller=viewer is not Viewer.BUYER)
    return MoneyTrail(
        payment_id=payment.id,
        order_id=payment.order_id,
        amount=payment.amount,
        events=[
            TrailEvent(
                version=version,
                at=entry.at,
                type=entry.type,
                text=entry.text,
                by=entry.by,
                seal=_mark(trail, payment.id, version),
            )
            for version, entry in enumerate(entries, start=1)
        ],
        journals=[
            _journal(journal, trail, viewer=viewer, sale=sale)
            for journal in trail.journals
            if concerns(journal, viewer=viewer, sale=sale)
        ],
    )


def _journal(journal: JournalRow, trail: Trail, *, viewer: Viewer, sale: Sale) -> TrailJournal:
    shown = [
        entry for entry in journal.entries if shows_leg(journal, entry, viewer=viewer, sale=sale)
    ]
    return TrailJournal(
        id=journal.id,
        kind=journal.kind,
        at=journal.entries[0].posted_at,
        legs=[
            TrailLeg(
                account=entry.account,
                side="debit" if entry.amount_minor > 0 else "credit",
                amount=Money(abs(entry.amount_minor), entry.currency),
            )
            for entry in shown
        ],
        hidden_legs=len(journal.entries) - len(shown),
        seal=_mark(trail, journal.id, 0),
    )


def _mark(trail: Trail, subject_id: UUID, version: int) -> SealMark | None:
    leaf = trail.leaves.get((subject_id, version))
    if leaf is None:
        return None
    seal = trail.seal_of(leaf)
    return SealMark(number=seal.number, position=leaf.position, sealed_at=seal.sealed_at)
