"""How many events a second go from the outbox to a trivial handler.

Run on a migrated database of its own: it writes and deletes events of the type ``bench.Ticked``.

    DATABASE_URL=… python -m bench.relay [--events 5000] [--rabbitmq]
"""

import argparse
import json
import os
import time
from contextlib import closing
from uuid import UUID

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--rabbitmq", action="store_true", help="through RABBITMQ_URL")
    options = parser.parse_args()
    figures = _measure(options.events, options.threads, rabbitmq=options.rabbitmq)
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(json.dumps(figures))


def _measure(events: int, threads: int, *, rabbitmq: bool) -> dict[str, object]:
    from django.conf import settings
    from django.db import connection, transaction

    from marketplace.core.events import DomainEvent, domain_event, handles, record
    from marketplace.core.events.relay import relay_batch
    from marketplace.core.events.transports.in_process import InProcessTransport
    from marketplace.core.ids import new_id
    from marketplace.core.models import InboxMessage, OutboxEvent

    @domain_event("bench.Ticked")
    class Ticked(DomainEvent):
        order_id: UUID
        amount_minor: int
        currency: str

    handles(Ticked, consumer="bench.count")(lambda _event: None)

    def left() -> int:
        return OutboxEvent.objects.filter(published_at=None, type="bench.Ticked").count()

    def handled() -> int:
        return InboxMessage.objects.filter(consumer="bench.count").count()

    started = time.perf_counter()
    for _ in range(events // 10):
        with transaction.atomic():
            for _ in range(10):
                key = new_id()
                record(Ticked(order_id=key, amount_minor=1250, currency="EUR"), key=key)
    recorded_seconds = time.perf_counter() - started
    try:
        if rabbitmq:
            from marketplace.core.events.amqp import Topology
            from marketplace.core.events.consumer import Consumer
            from marketplace.core.events.transports.rabbitmq import RabbitMQTransport

            topology = Topology(prefix="bench")
            with (
                closing(RabbitMQTransport(settings.RABBITMQ_URL, topology=topology)) as broker,
                closing(
                    Consumer(settings.RABBITMQ_URL, "bench", topology=topology, threads=threads)
                ) as consumer,
            ):
                consumer.turn()
                started = time.perf_counter()
                while relay_batch(broker):
                    pass
                published_seconds = time.perf_counter() - started
                while handled() < events:
                    for _ in range(10):
                        consumer.turn()
        else:
            with closing(InProcessTransport(threads)) as transport:
                started = time.perf_counter()
                while relay_batch(transport):
                    pass
                published_seconds = time.perf_counter() - started
        seconds = time.perf_counter() - started
        assert left() == 0
        assert handled() == events
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
        "handled per second": round(events / seconds),
        "processor seconds": round(time.process_time(), 2),
    }


if __name__ == "__main__":
    main()
