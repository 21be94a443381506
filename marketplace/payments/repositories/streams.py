"""Append to a stream and keep its projections, all in the caller's transaction."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import models

from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import needs_transaction
from marketplace.core.ids import new_id
from marketplace.payments.models import (
    Chargeback,
    CurrencyExchange,
    Payment,
    PaymentAttempt,
    PaymentEvent,
    Payout,
    Refund,
    StreamKind,
    TopUp,
    Transaction,
)
from marketplace.payments.streams import facts
from marketplace.payments.streams.apply_attempt import apply_to_attempt
from marketplace.payments.streams.apply_chargeback import apply_to_chargeback
from marketplace.payments.streams.apply_exchange import apply_to_exchange
from marketplace.payments.streams.apply_payment import apply_to_payment
from marketplace.payments.streams.apply_payout import apply_to_payout
from marketplace.payments.streams.apply_refund import apply_to_refund
from marketplace.payments.streams.apply_statement import new_line, settled_line
from marketplace.payments.streams.apply_top_up import apply_to_top_up
from marketplace.payments.streams.chain import GENESIS, event_hash
from marketplace.payments.streams.states import (
    AttemptState,
    ChargebackState,
    ExchangeState,
    PaymentState,
    PayoutState,
    Recorded,
    RefundState,
    TopUpState,
)


@needs_transaction
def append_to_payment(
    *,
    payment: Payment | None,
    payment_id: UUID,
    facts_to_add: Sequence[facts.Fact],
    actor: Actor,
    attempts: Iterable[PaymentAttempt] = (),
    refunds: Iterable[Refund] = (),
    chargebacks: Iterable[Chargeback] = (),
    new_attempt: PaymentAttempt | None = None,
    new_refund: Refund | None = None,
    new_chargeback: Chargeback | None = None,
) -> Payment:
    """Record the facts; ``payment`` is the locked row, or None for the first fact.

    ``attempts``, ``refunds`` and ``chargebacks`` are the rows that the facts are about and that
    exist already; ``new_…`` carries what a new row has beside its projection (its first
    appointment). All rows given are brought up to date.
    """
    recorded = _record(
        StreamKind.PAYMENT,
        payment_id,
        facts_to_add,
        actor,
        version=payment.version if payment else 0,
        head=bytes(payment.head_hash) if payment else GENESIS,
    )
    state = read_state(PaymentState, payment) if payment else None
    for event in recorded:
        state = apply_to_payment(state, event)
    row: Payment = write_state(payment or Payment(), state, is_new=payment is None)
    known_attempts = {attempt.id: attempt for attempt in attempts}
    known_refunds = {refund.id: refund for refund in refunds}
    known_chargebacks = {chargeback.id: chargeback for chargeback in chargebacks}
    for event in recorded:
        if isinstance(event.fact, facts.AttemptFact):
            _project_attempt(known_attempts, event, new_attempt)
        elif isinstance(event.fact, facts.RefundFact):
            _project_refund(known_refunds, event, new_refund)
        elif isinstance(event.fact, facts.ChargebackFact):
            _project_chargeback(known_chargebacks, event, new_chargeback)
        _project_line(event)
    return row


@needs_transaction
def append_to_payout(
    *,
    payout: Payout | None,
    payout_id: UUID,
    facts_to_add: Sequence[facts.Fact],
    actor: Actor,
    new_payout: Payout | None = None,
) -> Payout:
    """Record the facts; ``payout`` is the locked row, or None for the first fact."""
    row: Payout = _append_to_head(
        _Head(StreamKind.PAYOUT, PayoutState, apply_to_payout),
        payout,
        new_payout or Payout(),
        stream_id=payout_id,
        facts_to_add=facts_to_add,
        actor=actor,
    )
    return row


@needs_transaction
def append_to_top_up(
    *,
    top_up: TopUp | None,
    top_up_id: UUID,
    facts_to_add: Sequence[facts.Fact],
    actor: Actor,
    new_top_up: TopUp | None = None,
) -> TopUp:
    """Record the facts; ``top_up`` is the locked row, or None for the first fact."""
    row: TopUp = _append_to_head(
        _Head(StreamKind.TOP_UP, TopUpState, apply_to_top_up),
        top_up,
        new_top_up or TopUp(),
        stream_id=top_up_id,
        facts_to_add=facts_to_add,
        actor=actor,
    )
    return row


@needs_transaction
def append_to_exchange(
    *,
    exchange: CurrencyExchange | None,
    exchange_id: UUID,
    facts_to_add: Sequence[facts.Fact],
    actor: Actor,
) -> CurrencyExchange:
    """Record the facts; ``exchange`` is the locked row, or None for the first facts."""
    row: CurrencyExchange = _append_to_head(
        _Head(StreamKind.EXCHANGE, ExchangeState, apply_to_exchange),
        exchange,
        CurrencyExchange(),
        stream_id=exchange_id,
        facts_to_add=facts_to_add,
        actor=actor,
    )
    return row


@dataclasses.dataclass(frozen=True, slots=True)
class _Head:
    """A stream whose only projection beside its statement lines is one row."""

    stream: StreamKind
    state_class: type[Any]
    apply: Callable[[Any, Recorded], Any]


def _append_to_head(
    head: _Head,
    row: Any,
    blank: Any,
    *,
    stream_id: UUID,
    facts_to_add: Sequence[facts.Fact],
    actor: Actor,
) -> Any:
    recorded = _record(
        head.stream,
        stream_id,
        facts_to_add,
        actor,
        version=row.version if row else 0,
        head=bytes(row.head_hash) if row else GENESIS,
    )
    state = read_state(head.state_class, row) if row else None
    for event in recorded:
        state = head.apply(state, event)
    written = write_state(row or blank, state, is_new=row is None)
    for event in recorded:
        _project_line(event)
    return written


def read_recorded(row: PaymentEvent) -> Recorded:
    """A stored event as the ``apply`` functions take it."""
    return Recorded(
        stream_id=row.stream_id,
        version=row.version,
        event_id=row.event_id,
        fact=facts.from_payload(row.type, row.payload),
        actor=row.actor,
        occurred_at=row.occurred_at,
        prev_hash=bytes(row.prev_hash),
        hash=bytes(row.hash),
    )


def read_state(state_class: type[Any], row: models.Model) -> Any:
    """The projection's row as the state it was made from."""
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(state_class)}
    if "head_hash" in values:
        values["head_hash"] = bytes(values["head_hash"])
    return state_class(**values)


def write_state(row: Any, state: Any, *, is_new: bool) -> Any:
    """Bring the row up to the state: one INSERT, or one UPDATE of what differs."""
    changed = []
    for field in dataclasses.fields(state):
        value = getattr(state, field.name)
        if is_new or getattr(row, field.name) != value:
            setattr(row, field.name, value)
            changed.append(field.name)
    if is_new:
        row.save(force_insert=True)
    elif changed:
        row.save(update_fields=changed)
    return row


def _record(
    stream: StreamKind,
    stream_id: UUID,
    facts_to_add: Sequence[facts.Fact],
    actor: Actor,
    *,
    version: int,
    head: bytes,
) -> list[Recorded]:
    at = clock.now()
    recorded: list[Recorded] = []
    rows: list[PaymentEvent] = []
    for number, fact in enumerate(facts_to_add, start=version + 1):
        event_id, payload = new_id(), facts.to_payload(fact)
        sealed = event_hash(
            prev_hash=head,
            stream=stream,
            stream_id=stream_id,
            version=number,
            event_id=event_id,
            event_type=fact.type,
            payload=payload,
            actor=str(actor),
            occurred_at=at,
        )
        recorded.append(Recorded(stream_id, number, event_id, fact, str(actor), at, head, sealed))
        rows.append(
            PaymentEvent(
                stream_id=stream_id,
                version=number,
                stream=stream,
                event_id=event_id,
                type=fact.type,
                payload=payload,
                actor=str(actor),
                occurred_at=at,
                prev_hash=head,
                hash=sealed,
            )
        )
        head = sealed
    PaymentEvent.objects.bulk_create(rows)
    return recorded


def _project_attempt(
    known: dict[UUID, PaymentAttempt], event: Recorded, blank: PaymentAttempt | None
) -> None:
    attempt_id = event.fact.attempt_id  # type: ignore[attr-defined]
    row = known.get(attempt_id)
    state = apply_to_attempt(read_state(AttemptState, row) if row else None, event)
    known[attempt_id] = write_state(row or blank or PaymentAttempt(), state, is_new=row is None)


def _project_refund(known: dict[UUID, Refund], event: Recorded, blank: Refund | None) -> None:
    refund_id = event.fact.refund_id  # type: ignore[attr-defined]
    row = known.get(refund_id)
    state = apply_to_refund(read_state(RefundState, row) if row else None, event)
    known[refund_id] = write_state(row or blank or Refund(), state, is_new=row is None)


def _project_chargeback(
    known: dict[UUID, Chargeback], event: Recorded, blank: Chargeback | None
) -> None:
    chargeback_id = event.fact.chargeback_id  # type: ignore[attr-defined]
    row = known.get(chargeback_id)
    state = apply_to_chargeback(read_state(ChargebackState, row) if row else None, event)
    known[chargeback_id] = write_state(row or blank or Chargeback(), state, is_new=row is None)


def _project_line(event: Recorded) -> None:
    if settled := settled_line(event):
        Transaction.objects.filter(subject_id=settled.subject_id, type=settled.type).update(
            status=settled.status, updated_at=event.occurred_at
        )
    if line := new_line(event):
        write_state(Transaction(), line, is_new=True)
