"""How many events a second go from the outbox to a trivial handler.

Run on a migrated database of its own: it writes and deletes events of the type ``bench.Ticked``.

    DATABASE_URL=… python -m bench.relay [--events 5000] [--rabbitmq]
"""

import argparse
import os
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import django

from bench.figures import keep


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--rabbitmq", action="store_true", help="through RABBITMQ_URL")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = _measure(options.events, options.threads, rabbitmq=options.rabbitmq)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    keep(figures, options.json)


def _measure(events: int, threads: int, *, rabbitmq: bool) -> dict[str, object]:
    from django.db import connection

    recorded_seconds = _record(events)
    try:
        drive = _through_rabbitmq if rabbitmq else _in_process
        published_seconds, handled_seconds = drive(events, threads)
        if _handled() != events:
            raise SystemExit(f"{_handled()} of {events} events were handled")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_outbox_event WHERE type = 'bench.Ticked'")
            cursor.execute("DELETE FROM core_inbox_message WHERE consumer = 'bench.count'")
    return {
        "transport": "rabbitmq" if rabbitmq else "in-process",
        "events": events,
        "handler threads": threads,
        "recorded per second": round(events / recorded_seconds),
        "published per second": round(events / published_seconds),
        "handled per second": round(events / handled_seconds),
        "processor seconds": round(time.process_time(), 2),
    }


def _record(events: int) -> float:
    from django.db import transaction

    from marketplace.core.events import DomainEvent, domain_event, handles, record
    from marketplace.core.ids import new_id

    @domain_event("bench.Ticked")
    class Ticked(DomainEvent):
        order_id: UUID
        amount_minor: int
        currency: str

    handles(Ticked, consumer="bench.count")(lambda _event: None)
    started = time.perf_counter()
    for _ in range(events // 10):
        with transaction.atomic():
            for _ in range(10):
                key = new_id()
                record(Ticked(order_id=key, amount_minor=1250, currency="EUR"), key=key)
    return time.perf_counter() - started


def _handled() -> int:
    from marketplace.core.models import InboxMessage

    return InboxMessage.objects.filter(consumer="bench.count").count()


def _in_process(_events: int, threads: int) -> tuple[float, float]:
    from marketplace.core.events.relay import relay_batch
    from marketplace.core.events.transports.in_process import InProcessTransport

    with closing(InProcessTransport(threads)) as transport:
        started = time.perf_counter()
        while relay_batch(transport):
            pass
        seconds = time.perf_counter() - started
    return seconds, seconds


def _through_rabbitmq(events: int, threads: int) -> tuple[float, float]:
    from django.conf import settings

    from marketplace.core.events.amqp import Topology
    from marketplace.core.events.consumer import Consumer
    from marketplace.core.events.relay import relay_batch
    from marketplace.core.events.transports.rabbitmq import RabbitMQTransport

    topology, url = Topology(prefix="bench"), settings.RABBITMQ_URL
    with (
        closing(RabbitMQTransport(url, topology=topology)) as broker,
        closing(Consumer(url, "bench", topology=topology, threads=threads)) as consumer,
    ):
        consumer.turn()
        started = time.perf_counter()
        while relay_batch(broker):
            pass
        published_seconds = time.perf_counter() - started
        while _handled() < events:
            for _ in range(10):
                consumer.turn()
        return published_seconds, time.perf_counter() - started


if __name__ == "__main__":
    main()
