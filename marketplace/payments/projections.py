"""Prove that the projections are what the events say, or make them so."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet

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
from marketplace.payments.repositories.streams import read_recorded, read_state, write_state
from marketplace.payments.streams.chain import GENESIS, event_hash
from marketplace.payments.streams.fold import (
    Folded,
    fold_exchange,
    fold_payment,
    fold_payout,
    fold_top_up,
)
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

STREAMS_PER_BATCH = 200
State = (
    PaymentState
    | PayoutState
    | TopUpState
    | ExchangeState
    | AttemptState
    | RefundState
    | ChargebackState
    | LineState
)
HEADS: Mapping[StreamKind, type[models.Model]] = {
    StreamKind.PAYMENT: Payment,
    StreamKind.PAYOUT: Payout,
    StreamKind.TOP_UP: TopUp,
    StreamKind.EXCHANGE: CurrencyExchange,
}
"""The row that a stream is about; its id is the stream's."""
FOLDS: Mapping[StreamKind, Callable[[Sequence[Recorded]], Folded]] = {
    StreamKind.PAYMENT: fold_payment,
    StreamKind.PAYOUT: fold_payout,
    StreamKind.TOP_UP: fold_top_up,
    StreamKind.EXCHANGE: fold_exchange,
}


@dataclass
class Rebuilt:
    """How much was read, and every difference as one line of text."""

    streams: int = 0
    events: int = 0
    differences: list[str] = field(default_factory=list)
    written: int = 0


def check_projections() -> Rebuilt:
    """Compare every projection with a rebuild from the events, and every hash with its chain.

    Reads batch by batch; each batch is one snapshot of the database, so that it may run while
    the platform works. Changes nothing.
    """
    return _run(write=False)


def rebuild_projections() -> Rebuilt:
    """Make every projection what its events say, one batch a transaction, under the rows' locks."""
    return _run(write=True)


def _run(*, write: bool) -> Rebuilt:
    result = Rebuilt()
    for stream, stream_ids in _stream_batches():
        with transaction.atomic():
            _set_snapshot(write)
            batch = _Batch(StreamKind(stream), stream_ids, lock=write)
            result.streams += len(stream_ids)
            for folded, row_set in batch.folded(result):
                _compare(folded, row_set, result, write=write)
    result.differences += _rows_without_events()
    return result


def _set_snapshot(write: bool) -> None:
    if write or transaction.get_connection().savepoint_ids:
        return
    # A check reads events and rows of one moment: nothing may commit in between.
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _stream_batches() -> Iterator[tuple[str, list[UUID]]]:
    for stream in StreamKind:
        last = UUID(int=0)
        while True:
            ids = list(
                PaymentEvent.objects.filter(stream=stream, version=1, stream_id__gt=last)
                .order_by("stream_id")
                .values_list("stream_id", flat=True)[:STREAMS_PER_BATCH]
            )
            if not ids:
                break
            yield stream, ids
            last = ids[-1]


@dataclass
class _Rows:
    """The stored rows that a stream is about, by kind and id."""

    stored: Mapping[tuple[type[models.Model], UUID], models.Model]


class _Batch:
    """Some streams with their events and their rows."""

    def __init__(self, stream: StreamKind, ids: Sequence[UUID], *, lock: bool) -> None:
        self.stream = stream
        heads: QuerySet[Any] = QuerySet(HEADS[stream]).filter(id__in=ids)
        if lock:
            heads = heads.order_by("id").select_for_update(no_key=True)
        self.heads = {row.id: row for row in heads}
        self.attempts = _by(PaymentAttempt.objects.filter(payment_id__in=ids), "payment_id")
        self.refunds = _by(Refund.objects.filter(payment_id__in=ids), "payment_id")
        self.chargebacks = _by(Chargeback.objects.filter(payment_id__in=ids), "payment_id")
        # A payment's lines name it; the lines of any other stream are about it.
        if stream is StreamKind.PAYMENT:
            self.lines = _by(Transaction.objects.filter(payment_id__in=ids), "payment_id")
        else:
            lines = Transaction.objects.filter(subject_id__in=ids, payment_id__isnull=True)
            self.lines = _by(lines, "subject_id")
        self.events = PaymentEvent.objects.filter(stream_id__in=ids).order_by(
            "stream_id", "version"
        )

    def folded(self, result: Rebuilt) -> Iterator[tuple[Folded, _Rows]]:
        for stream_id, group in groupby(self.events, key=lambda row: row.stream_id):
            rows = list(group)
            result.events += len(rows)
            result.differences += _chain_breaks(rows)
            recorded = [read_recorded(row) for row in rows]
            yield FOLDS[self.stream](recorded), _Rows(self._stored(stream_id))

    def _stored(self, stream_id: UUID) -> dict[tuple[type[models.Model], UUID], models.Model]:
        head = self.heads.get(stream_id)
        rows: list[Any] = [head] if head else []
        for group in (self.attempts, self.refunds, self.chargebacks, self.lines):
            rows += group.get(stream_id, [])
        return {(type(row), row.id): row for row in rows}


def _by(rows: Iterable[models.Model], name: str) -> dict[UUID, list[models.Model]]:
    grouped: dict[UUID, list[models.Model]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, name), []).append(row)
    return grouped


def _expected(folded: Folded) -> list[tuple[type[models.Model], State]]:
    expected: list[tuple[type[models.Model], State]] = []
    if folded.payment:
        expected.append((Payment, folded.payment))
    if folded.payout:
        expected.append((Payout, folded.payout))
    if folded.top_up:
        expected.append((TopUp, folded.top_up))
    if folded.exchange:
        expected.append((CurrencyExchange, folded.exchange))
    expected += [(PaymentAttempt, state) for state in folded.attempts.values()]
    expected += [(Refund, state) for state in folded.refunds.values()]
    expected += [(Chargeback, state) for state in folded.chargebacks.values()]
    expected += [(Transaction, state) for state in folded.lines.values()]
    return expected


def _compare(folded: Folded, rows: _Rows, result: Rebuilt, *, write: bool) -> None:
    left = dict(rows.stored)
    for model, state in _expected(folded):
        row = left.pop((model, state.id), None)
        differing = _differing(state, row)
        if not differing:
            continue
        result.differences.append(f"{model.__name__} {state.id}: {', '.join(differing)}")
        if write:
            write_state(row or model(), state, is_new=row is None)
            result.written += 1
    for model, row_id in left:
        result.differences.append(f"{model.__name__} {row_id}: no event made it")


def _differing(state: State, row: models.Model | None) -> list[str]:
    if row is None:
        return ["missing"]
    stored = read_state(type(state), row)
    return [
        f"{f.name} is {getattr(stored, f.name)!r}, the events say {getattr(state, f.name)!r}"
        for f in fields(state)
        if getattr(stored, f.name) != getattr(state, f.name)
    ]


def _chain_breaks(rows: Sequence[PaymentEvent]) -> list[str]:
    breaks: list[str] = []
    head = GENESIS
    for number, row in enumerate(rows, start=1):
        if row.version != number:
            breaks.append(f"stream {row.stream_id}: version {number} is missing")
            break
        sealed = event_hash(
            prev_hash=head,
            stream=row.stream,
            stream_id=row.stream_id,
            version=row.version,
            event_id=row.event_id,
            event_type=row.type,
            payload=row.payload,
            actor=row.actor,
            occurred_at=row.occurred_at,
        )
        if bytes(row.prev_hash) != head or bytes(row.hash) != sealed:
            breaks.append(f"stream {row.stream_id}: event {row.version} was altered")
        head = bytes(row.hash)
    return breaks


def _rows_without_events() -> list[str]:
    first_events = PaymentEvent.objects.filter(version=1).values("stream_id")
    return [
        f"{model.__name__} {row_id}: has no events"
        for model in HEADS.values()
        for row_id in QuerySet(model)
        .exclude(id__in=first_events)
        .values_list("id", flat=True)[:100]
    ]
