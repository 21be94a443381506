"""RabbitMQ away, silent or restarted: failures are returned, and nothing hangs or is lost."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from marketplace.core.events.amqp import Topology, connect
from marketplace.core.events.consumer import Consumer
from marketplace.core.events.delivery import Envelope, NotCounted
from marketplace.core.events.relay import relay_batch
from marketplace.core.events.transports.rabbitmq import RabbitMQTransport
from marketplace.core.models import OutboxEvent
from marketplace.core.tests.events.conftest import Tally, handled, publish, remove


def an_envelope() -> Envelope:
    return Envelope(
        uuid4(), uuid4(), "samples.ThingCounted", 1, {}, "", datetime(2026, 3, 1, tzinfo=UTC)
    )


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for connection in taken:
        connection.close()
    thread.join(5)


def test_a_broker_that_refuses_costs_the_events_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    transport = RabbitMQTransport(f"amqp://127.0.0.1:{port}/")
    envelopes = [an_envelope(), an_envelope()]

    failures = transport.publish(envelopes)

    assert set(failures) == {envelope.event_id for envelope in envelopes}
    assert all(isinstance(error, NotCounted) for error in failures.values())


def test_a_broker_that_says_nothing_is_given_up(silent_port: int) -> None:
    transport = RabbitMQTransport(f"amqp://127.0.0.1:{silent_port}/", timeout_seconds=0.3)

    failures = transport.publish([an_envelope()])

    assert all(isinstance(error, NotCounted) for error in failures.values())


def test_with_the_broker_away_the_outbox_waits_and_nothing_dies(tally: Tally) -> None:
    publish(uuid4(), 1, 2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    transport = RabbitMQTransport(f"amqp://127.0.0.1:{port}/")

    for _ in range(20):
        assert relay_batch(transport) == 0

    rows = list(OutboxEvent.objects.all())
    assert [row.attempts for row in rows] == [0, 0]
    assert all(row.published_at is None and row.dead_at is None for row in rows)


@pytest.fixture
def topology() -> Iterator[Topology]:
    names = Topology(prefix=f"test-{uuid4().hex[:12]}")
    yield names
    remove(os.environ["RABBITMQ_URL"], names)


@pytest.mark.needs("rabbitmq")
def test_a_connection_that_breaks_is_made_again(
    tally: Tally, topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.core.events.transports.rabbitmq.RECONNECT_PAUSE_SECONDS", 0.0)
    transport = RabbitMQTransport(os.environ["RABBITMQ_URL"], topology=topology)
    publish(uuid4(), 1)
    assert relay_batch(transport) == 1
    assert transport._connection is not None
    transport._connection.transport.sock.shutdown(socket.SHUT_RDWR)
    publish(uuid4(), 2)

    assert relay_batch(transport) == 0
    assert relay_batch(transport) == 1
    transport.close()


@pytest.mark.needs("rabbitmq")
def test_a_consumer_that_dies_leaves_its_messages_to_the_next(
    tally: Tally, topology: Topology
) -> None:
    url = os.environ["RABBITMQ_URL"]
    thing = uuid4()
    publish(thing, 1, 2, 3)
    transport = RabbitMQTransport(url, topology=topology)
    relay_batch(transport)
    transport.close()
    dying = Consumer(url, "samples", topology=topology)
    dying._ready_channel()
    dying._receive()
    assert sum(len(held) for held in dying._held.values()) == 3
    dying.close()

    heir = Consumer(url, "samples", topology=topology)
    deadline = time.monotonic() + 20
    while handled() < 3 and time.monotonic() < deadline:
        heir.turn()
    heir.close()

    assert tally.numbers(thing) == [1, 2, 3]


@pytest.mark.needs("rabbitmq")
def test_a_poisoned_message_lies_in_the_dead_letter_queue(tally: Tally, topology: Topology) -> None:
    url = os.environ["RABBITMQ_URL"]
    tally.fail_on = {1}
    publish(uuid4(), 1)
    transport = RabbitMQTransport(url, topology=topology)
    relay_batch(transport)
    transport.close()
    consumer = Consumer(url, "samples", topology=topology, backoff_seconds=(0.01,))
    broker = connect(url)
    channel = broker.channel()
    deadline = time.monotonic() + 20
    message = None
    while message is None and time.monotonic() < deadline:
        consumer.turn()
        message = channel.basic_get(topology.dead_queue("samples"))
    consumer.close()

    assert message is not None
    assert (
        b'"number":1' in bytes(message.body, "utf-8")
        if isinstance(message.body, str)
        else message.body
    )
    channel.basic_ack(message.delivery_tag)
    broker.close()


@pytest.mark.needs("rabbitmq")
def test_what_is_no_event_goes_to_the_dead_letters_at_once(
    tally: Tally, topology: Topology
) -> None:
    import amqp

    url = os.environ["RABBITMQ_URL"]
    broker = connect(url)
    channel = broker.channel()
    topology.declare(channel)
    channel.basic_publish(
        amqp.Message("not json"), exchange=topology.exchange, routing_key="samples.ThingCounted"
    )
    consumer = Consumer(url, "samples", topology=topology)
    deadline = time.monotonic() + 20
    message = None
    while message is None and time.monotonic() < deadline:
        consumer.turn()
        message = channel.basic_get(topology.dead_queue("samples"), no_ack=True)
    consumer.close()
    broker.close()

    assert message is not None
    assert message.body == "not json"
