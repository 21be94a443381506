"""A reaction that adds up what it is told, and both ways for an event to travel."""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from marketplace.core.events import record, registry
from marketplace.core.events.relay import Transport, relay_batch
from marketplace.core.events.transports.in_process import InProcessTransport
from marketplace.core.models import InboxMessage, OutboxEvent
from marketplace.core.tests.events.sample import ThingCounted


@dataclass
class Tally:
    """The state that the handlers keep: a table, so that it commits or not with the inbox."""

    fail_on: set[int] = field(default_factory=set)
    attempts: list[int] = field(default_factory=list)

    def handle(self, event: ThingCounted) -> None:
        self.attempts.append(event.number)
        if event.number in self.fail_on:
            raise ValueError(f"number {event.number} is poison")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tally (thing_id, number) VALUES (%s, %s)",
                [event.thing_id, event.number],
            )

    def numbers(self, thing_id: UUID | None = None) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number FROM tally WHERE %s::uuid IS NULL OR thing_id = %s ORDER BY id",
                [thing_id, thing_id],
            )
            return [number for (number,) in cursor.fetchall()]


@pytest.fixture
def tally(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tally]:
    monkeypatch.setattr(registry, "_subscriptions", defaultdict(list))
    monkeypatch.setattr(registry, "_consumers", set())
    kept = Tally()
    registry.handles(ThingCounted, consumer="samples.keep_tally")(kept.handle)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tally (id bigserial PRIMARY KEY, thing_id uuid, number int)")
    yield kept
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tally")


@dataclass
class Road:
    """A way from the outbox to the handlers, with what drives it."""

    transport: Transport
    drive: Callable[[], int]
    """Moves whatever can be moved now."""

    def until(self, done: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, "it did not happen in time"
            if not self.drive():
                time.sleep(0.01)


@pytest.fixture(
    params=["in-process", pytest.param("rabbitmq", marks=pytest.mark.needs("rabbitmq"))]
)
def road(request: pytest.FixtureRequest, tally: Tally) -> Iterator[Road]:
    if request.param == "in-process":
        with closing(InProcessTransport()) as transport:
            yield Road(transport, lambda: relay_batch(transport))
        return
    from marketplace.core.events.amqp import Topology
    from marketplace.core.events.consumer import Consumer
    from marketplace.core.events.transports.rabbitmq import RabbitMQTransport

    url = os.environ["RABBITMQ_URL"]
    topology = Topology(prefix=f"test-{uuid4().hex[:12]}")
    broker = RabbitMQTransport(url, topology=topology)
    consumer = Consumer(url, "samples", topology=topology, backoff_seconds=(0.01, 0.02))
    try:
        yield Road(broker, lambda: relay_batch(broker) + consumer.turn())
    finally:
        broker.close()
        consumer.close()
        remove(url, topology)


def remove(url: str, topology: object) -> None:
    from marketplace.core.events.amqp import Topology, connect

    assert isinstance(topology, Topology)
    broker = connect(url)
    channel = broker.channel()
    for service in ("samples",):
        channel.queue_delete(topology.queue(service))
        channel.queue_delete(topology.dead_queue(service))
    channel.exchange_delete(topology.exchange)
    channel.exchange_delete(topology.dead_exchange)
    broker.close()


def publish(thing_id: UUID, *numbers: int) -> None:
    with transaction.atomic():
        for number in numbers:
            record(ThingCounted(thing_id=thing_id, number=number), key=thing_id)


def pending() -> int:
    return OutboxEvent.objects.filter(published_at__isnull=True, dead_at__isnull=True).count()


def handled() -> int:
    return InboxMessage.objects.count()


def in_threads(*functions: Callable[[], object]) -> None:
    """Run all at once, each on a connection of its own; raises what any of them raised."""
    errors: list[BaseException] = []

    def run(function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
