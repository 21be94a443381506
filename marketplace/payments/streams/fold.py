"""Fold a whole stream into what its projections should hold: a pure function."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from marketplace.payments.streams import facts
from marketplace.payments.streams.apply_attempt import apply_to_attempt
from marketplace.payments.streams.apply_chargeback import apply_to_chargeback
from marketplace.payments.streams.apply_exchange import apply_to_exchange
from marketplace.payments.streams.apply_payment import apply_to_payment
from marketplace.payments.streams.apply_payout import apply_to_payout
from marketplace.payments.streams.apply_refund import apply_to_refund
from marketplace.payments.streams.apply_statement import new_line, settled_line
from marketplace.payments.streams.apply_top_up import apply_to_top_up
from marketplace.payments.streams.states import (
    AttemptState,
    ChargebackState,
    ExchangeState,
    LineState,
    PaymentState,
    PayoutState,
    Recorded,
    RefundState,
    TopUpState,
)


@dataclass(slots=True)
class Folded:
    """Everything that one stream makes."""

    payment: PaymentState | None = None
    payout: PayoutState | None = None
    top_up: TopUpState | None = None
    exchange: ExchangeState | None = None
    attempts: dict[UUID, AttemptState] = field(default_factory=dict)
    refunds: dict[UUID, RefundState] = field(default_factory=dict)
    chargebacks: dict[UUID, ChargebackState] = field(default_factory=dict)
    lines: dict[UUID, LineState] = field(default_factory=dict)


def fold_payment(events: Sequence[Recorded]) -> Folded:
    """The projections of a payment's stream."""
    folded = Folded()
    for event in events:
        folded.payment = apply_to_payment(folded.payment, event)
        if isinstance(event.fact, facts.AttemptFact):
            known_attempt = folded.attempts.get(event.fact.attempt_id)
            folded.attempts[event.fact.attempt_id] = apply_to_attempt(known_attempt, event)
        elif isinstance(event.fact, facts.RefundFact):
            known_refund = folded.refunds.get(event.fact.refund_id)
            folded.refunds[event.fact.refund_id] = apply_to_refund(known_refund, event)
        elif isinstance(event.fact, facts.ChargebackFact):
            known = folded.chargebacks.get(event.fact.chargeback_id)
            folded.chargebacks[event.fact.chargeback_id] = apply_to_chargeback(known, event)
        _fold_lines(folded, event)
    return folded


def fold_payout(events: Sequence[Recorded]) -> Folded:
    """The projections of a payout's stream."""
    folded = Folded()
    for event in events:
        folded.payout = apply_to_payout(folded.payout, event)
        _fold_lines(folded, event)
    return folded


def fold_top_up(events: Sequence[Recorded]) -> Folded:
    """The projections of a top-up's stream."""
    folded = Folded()
    for event in events:
        folded.top_up = apply_to_top_up(folded.top_up, event)
        _fold_lines(folded, event)
    return folded


def fold_exchange(events: Sequence[Recorded]) -> Folded:
    """The projections of a currency exchange's stream."""
    folded = Folded()
    for event in events:
        folded.exchange = apply_to_exchange(folded.exchange, event)
        _fold_lines(folded, event)
    return folded


def _fold_lines(folded: Folded, event: Recorded) -> None:
    if settled := settled_line(event):
        for line_id, line in folded.lines.items():
            if (line.subject_id, line.type) == (settled.subject_id, settled.type):
                folded.lines[line_id] = replace(
                    line, status=settled.status, updated_at=event.occurred_at
                )
    if added := new_line(event):
        folded.lines[added.id] = added
