"""A service's consumer: takes events from its queue and hands them to its handlers.

A message is acknowledged after the handlers' transactions have committed. Events of one key are
handled in order: when one fails it is kept here and tried again after a growing pause, those behind
it wait, and other keys go on. After the last attempt it goes to the dead-letter queue and its key
goes on. Should this process die, the broker gives out again whatever was not acknowledged.
"""

import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any
from uuid import UUID

import amqp
import structlog
from django.db import connection as database

from marketplace.core.events.amqp import BROKER_ERRORS, Topology, connect
from marketplace.core.events.delivery import Envelope, HeldBack, NotCounted, deliver_stream

PREFETCH = 200
"""Messages held here unacknowledged. More failing keys than this at once would stall the queue,
though never for longer than the pauses below."""

MAX_ATTEMPTS = 8
BACKOFF_SECONDS = (0.1, 0.5, 2, 5, 10, 20, 30)
DATABASE_PAUSE_SECONDS = 1.0
WAIT_SECONDS = 0.05
HEARTBEAT_SECONDS = 30
DEFAULT_THREADS = 4

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Delivery:
    envelope: Envelope
    tag: int
    attempts: int = 0
    not_before: float = 0.0
    """On the monotonic clock."""


class Consumer:
    """Call :meth:`turn` again and again, from one thread."""

    def __init__(
        self,
        url: str,
        service: str,
        *,
        topology: Topology | None = None,
        threads: int = DEFAULT_THREADS,
        backoff_seconds: tuple[float, ...] = BACKOFF_SECONDS,
    ) -> None:
        self._url = url
        self._service = service
        self._topology = topology or Topology()
        self._backoff_seconds = backoff_seconds
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"{service}-handle")
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None
        self._held: OrderedDict[UUID, list[Delivery]] = OrderedDict()

    def turn(self) -> int:
        """Take what has arrived and handle what is due; returns how many messages were settled.

        Raises what a broken connection raises, having forgotten all it held: the broker gives it
        out again.
        """
        try:
            channel = self._ready_channel()
            self._receive()
            return self._handle(channel)
        except BROKER_ERRORS:
            self._forget_connection()
            raise

    def close(self) -> None:
        self._forget_connection()
        # Every thread owns a database connection that only that thread may close.
        barrier = Barrier(self._threads)

        def close_database() -> None:
            barrier.wait()
            database.close()

        for _ in range(self._threads):
            self._pool.submit(close_database)
        self._pool.shutdown(wait=True)

    def _ready_channel(self) -> amqp.Channel:
        if self._channel is None:
            self._connection = connect(self._url, heartbeat_seconds=HEARTBEAT_SECONDS)
            channel = self._connection.channel()
            self._topology.declare(channel)
            channel.basic_qos(0, PREFETCH, False)
            channel.basic_consume(self._topology.queue(self._service), callback=self._on_message)
            self._channel = channel
        return self._channel

    def _receive(self) -> None:
        assert self._connection is not None  # noqa: S101 - called with a channel at hand
        self._connection.heartbeat_tick()
        wait = WAIT_SECONDS
        for _ in range(PREFETCH):
            try:
                self._connection.drain_events(timeout=wait)
            except TimeoutError:
                return
            wait = 0.001

    def _on_message(self, message: Any) -> None:
        try:
            body = message.body
            envelope = Envelope.from_bytes(body if isinstance(body, bytes) else body.encode())
        except (ValueError, KeyError, TypeError):
            log.exception("message_is_no_event", service=self._service)
            message.channel.basic_reject(message.delivery_tag, requeue=False)
            return
        self._held.setdefault(envelope.key, []).append(Delivery(envelope, message.delivery_tag))

    def _handle(self, channel: amqp.Channel) -> int:
        moment = time.monotonic()
        due = [held for held in self._held.values() if held[0].not_before <= moment]
        streams = [[delivery.envelope for delivery in held] for held in due]
        settled = 0
        for held, failures in zip(due, self._pool.map(self._deliver, streams), strict=True):
            settled += self._settle(channel, held, failures)
        return settled

    def _deliver(self, stream: list[Envelope]) -> dict[UUID, Exception]:
        return deliver_stream(stream, service=self._service)

    def _settle(
        self, channel: amqp.Channel, held: list[Delivery], failures: dict[UUID, Exception]
    ) -> int:
        left = []
        for delivery in held:
            error = failures.get(delivery.envelope.event_id)
            if error is None:
                channel.basic_ack(delivery.tag)
            elif self._is_exhausted(delivery, error):
                channel.basic_reject(delivery.tag, requeue=False)
            else:
                left.append(delivery)
        if left:
            self._held[left[0].envelope.key] = left
        else:
            del self._held[held[0].envelope.key]
        return len(held) - len(left)

    def _is_exhausted(self, delivery: Delivery, error: Exception) -> bool:
        """Count a failure and say whether it was the last that is allowed."""
        if isinstance(error, HeldBack):
            return False
        if isinstance(error, NotCounted):
            delivery.not_before = time.monotonic() + DATABASE_PAUSE_SECONDS
            return False
        delivery.attempts += 1
        pause = self._backoff_seconds[min(delivery.attempts, len(self._backoff_seconds)) - 1]
        delivery.not_before = time.monotonic() + pause
        is_last = delivery.attempts >= MAX_ATTEMPTS
        log.error(
            "event_not_handled",
            service=self._service,
            event_id=str(delivery.envelope.event_id),
            event_type=delivery.envelope.type,
            attempts=delivery.attempts,
            dead=is_last,
            exc_info=error,
        )
        return is_last

    def _forget_connection(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._held.clear()
        if connection is not None:
            connection.collect()
