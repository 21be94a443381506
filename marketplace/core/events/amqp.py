"""RabbitMQ: how to reach it, and what stands there.

Events go to one topic exchange under their type as routing key. Each service has one quorum queue,
bound to the types it reacts to, and one queue for its dead letters. Whoever connects declares it
all, publishers included, so an event is never published before the queues that want it exist.
"""

import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
from amqp.exceptions import AMQPError

from marketplace.core.events.registry import all_subscriptions

BROKER_ERRORS = (AMQPError, OSError)
"""What a lost, refused or silent connection raises; a time-out of a socket is an OSError."""

DELIVERY_LIMIT = 20
"""Deliveries of one message after which the broker gives it up by itself: for a message that kills
its consumer each time. Failures that a consumer survives are counted by the consumer."""


def connect(
    url: str, *, timeout_seconds: float = 5.0, heartbeat_seconds: int = 0
) -> amqp.Connection:
    """A connection on which no call waits for longer than ``timeout_seconds``."""
    parts = urlsplit(url)
    host = parts.hostname or "127.0.0.1"
    is_tls = parts.scheme == "amqps"
    connection = amqp.Connection(
        host=f"{host}:{parts.port or (5671 if is_tls else 5672)}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        ssl={"server_hostname": host, "cert_reqs": ssl.CERT_REQUIRED} if is_tls else False,
        connect_timeout=timeout_seconds,
        read_timeout=timeout_seconds,
        write_timeout=timeout_seconds,
        heartbeat=heartbeat_seconds,
    )
    try:
        connection.connect()
    except BROKER_ERRORS:
        connection.collect()
        raise
    return connection


@dataclass(frozen=True, slots=True)
class Topology:
    """The names at the broker; tests and shops that share one take another ``prefix``."""

    prefix: str = "fairhold"

    @property
    def exchange(self) -> str:
        return f"{self.prefix}.events"

    @property
    def dead_exchange(self) -> str:
        return f"{self.prefix}.dead"

    def queue(self, service: str) -> str:
        return f"{self.prefix}.{service}"

    def dead_queue(self, service: str) -> str:
        return f"{self.prefix}.{service}.dead"

    def declare(self, channel: amqp.Channel) -> None:
        """Exchanges, queues and bindings for every registered reaction; again changes nothing."""
        channel.exchange_declare(self.exchange, "topic", durable=True, auto_delete=False)
        channel.exchange_declare(self.dead_exchange, "direct", durable=True, auto_delete=False)
        wanted = {
            (subscription.service, event_type)
            for (event_type, _), subscribed in all_subscriptions().items()
            for subscription in subscribed
        }
        for service in sorted({service for service, _ in wanted}):
            self._declare_queues(channel, service)
        for service, event_type in sorted(wanted):
            channel.queue_bind(self.queue(service), self.exchange, routing_key=event_type)

    def _declare_queues(self, channel: amqp.Channel, service: str) -> None:
        dead = self.dead_queue(service)
        _declare(channel, dead, {})
        channel.queue_bind(dead, self.dead_exchange, routing_key=service)
        _declare(
            channel,
            self.queue(service),
            {
                # One consumer at a time, another ready to step in: events of a key stay in order.
                "x-single-active-consumer": True,
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": self.dead_exchange,
                "x-dead-letter-routing-key": service,
                # A dead letter is not lost either; the broker asks for reject-publish with it.
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            },
        )


def _declare(channel: amqp.Channel, name: str, arguments: dict[str, Any]) -> None:
    channel.queue_declare(
        name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum", **arguments}
    )
