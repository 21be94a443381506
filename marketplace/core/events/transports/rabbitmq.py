"""RabbitMQ as the transport: an event counts as taken when the broker has confirmed it."""

import time
from collections.abc import Sequence
from uuid import UUID

import amqp
import structlog

from marketplace.core.events.amqp import BROKER_ERRORS, Topology, connect
from marketplace.core.events.delivery import Envelope, NotCounted

CONFIRM_TIMEOUT_SECONDS = 5.0
RECONNECT_PAUSE_SECONDS = 1.0
PERSISTENT = 2

log = structlog.get_logger(__name__)


class RabbitMQTransport:
    """Publishes a batch, then waits for its confirms together, within a time limit.

    Nothing here is the event's fault, so every failure is :class:`NotCounted`: with the broker away
    for a day the outbox grows, and nothing in it dies. What was published but not confirmed in
    time is published again; the inbox makes the second one count for nothing.
    """

    def __init__(
        self,
        url: str,
        *,
        topology: Topology | None = None,
        timeout_seconds: float = CONFIRM_TIMEOUT_SECONDS,
    ) -> None:
        self._url = url
        self._topology = topology or Topology()
        self._timeout_seconds = timeout_seconds
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None
        self._unconfirmed: dict[int, UUID] = {}
        self._refused: set[UUID] = set()
        self._published = 0
        self._retry_at = 0.0

    def publish(self, envelopes: Sequence[Envelope]) -> dict[UUID, Exception]:
        unsent = {envelope.event_id for envelope in envelopes}
        if time.monotonic() < self._retry_at:
            return dict.fromkeys(unsent, NotCounted("the broker was away a moment ago"))
        try:
            channel = self._ready_channel()
            for envelope in envelopes:
                self._send(channel, envelope)
                unsent.discard(envelope.event_id)
            self._await_confirms()
        except BROKER_ERRORS as error:
            log.warning("broker_away", error=f"{type(error).__name__}: {error}")
            # What was confirmed before the connection broke is taken all the same.
            unknown = unsent | self._refused | set(self._unconfirmed.values())
            self._forget_connection()
            return {event_id: NotCounted(f"the broker is away: {error}") for event_id in unknown}
        refused, self._refused = self._refused, set()
        return dict.fromkeys(refused, NotCounted("the broker refused the message"))

    def close(self) -> None:
        self._forget_connection()

    def _ready_channel(self) -> amqp.Channel:
        if self._channel is None:
            self._connection = connect(self._url, timeout_seconds=self._timeout_seconds)
            channel = self._connection.channel()
            self._topology.declare(channel)
            channel.confirm_select()
            channel.events["basic_ack"].add(self._on_ack)
            channel.events["basic_nack"].add(self._on_nack)
            self._channel = channel
            self._published = 0
        self._unconfirmed, self._refused = {}, set()
        return self._channel

    def _send(self, channel: amqp.Channel, envelope: Envelope) -> None:
        message = amqp.Message(
            envelope.to_bytes(),
            content_type="application/json",
            delivery_mode=PERSISTENT,
            message_id=str(envelope.event_id),
            type=envelope.type,
        )
        # The broker numbers what is published on a channel from 1, and confirms by that number.
        self._published += 1
        self._unconfirmed[self._published] = envelope.event_id
        channel.basic_publish(message, exchange=self._topology.exchange, routing_key=envelope.type)

    def _await_confirms(self) -> None:
        deadline = time.monotonic() + self._timeout_seconds
        while self._unconfirmed:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{len(self._unconfirmed)} messages were not confirmed in time")
            assert self._connection is not None  # noqa: S101 - there is a channel, so there is one
            self._connection.drain_events(timeout=left)

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        self._settle(delivery_tag, multiple=multiple)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:
        self._refused.update(self._settle(delivery_tag, multiple=multiple))

    def _settle(self, delivery_tag: int, *, multiple: bool) -> list[UUID]:
        tags = (
            [tag for tag in self._unconfirmed if tag <= delivery_tag]
            if multiple
            else [delivery_tag]
        )
        return [self._unconfirmed.pop(tag) for tag in tags if tag in self._unconfirmed]

    def _forget_connection(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._unconfirmed, self._refused = {}, set()
        self._retry_at = time.monotonic() + RECONNECT_PAUSE_SECONDS
        if connection is not None:
            # Without the closing handshake: the other side may be gone.
            connection.collect()
