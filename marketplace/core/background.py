"""The loops of the platform: what a worker process may run."""

from collections.abc import Iterable

from django.conf import settings

from marketplace.core.events.registry import consuming_services
from marketplace.core.events.relay import relay_batch
from marketplace.core.events.transports import configured_transport
from marketplace.core.heartbeats import Beat
from marketplace.core.jobs import registered_jobs
from marketplace.core.worker import RELAY_PAUSE_SECONDS, Loop, job_loop

RELAY_NAME = "core.relay"
MAX_TURNS = 100

_beats: dict[str, Beat] = {}
"""Kept, so that a job that runs every second does not write a heart-beat each time."""


def relay_loop() -> Loop:
    transport = configured_transport()
    return Loop(
        name=RELAY_NAME,
        turn=lambda: relay_batch(transport),
        pause_seconds=RELAY_PAUSE_SECONDS,
        close=transport.close,
    )


def job_loops(*, relay: Loop | None = None) -> list[Loop]:
    """Every periodic job; ``relay`` is the one that hands on what they record, if it runs here."""
    return [job_loop(job, nudges=relay) for job in registered_jobs().values()]


def run_job_once(name: str) -> int:
    """A job's turns until nothing is left (or :data:`MAX_TURNS`), with its heart-beat.

    For a scheduler other than ``run_worker``.
    """
    job = registered_jobs()[name]
    beat = _beats.setdefault(name, Beat(job.name, job.every_seconds))
    beat.started()
    total = 0
    try:
        for _ in range(MAX_TURNS):
            done = job.function()
            total += done
            if not done:
                break
    except Exception as error:
        beat.failed(error)
        raise
    beat.succeeded()
    return total


def consumer_name(service: str) -> str:
    return f"{service}.consumer"


def consumer_loops(services: Iterable[str] | None = None) -> list[Loop]:
    """One consumer for each service; only with RabbitMQ."""
    # Imported here: the embedded default never loads the AMQP client.
    from marketplace.core.events.consumer import Consumer

    loops = []
    for service in sorted(services if services is not None else consuming_services()):
        consumer = Consumer(settings.RABBITMQ_URL, service)
        loops.append(
            Loop(
                name=consumer_name(service),
                turn=consumer.turn,
                pause_seconds=RELAY_PAUSE_SECONDS,
                close=consumer.close,
            )
        )
    return loops
