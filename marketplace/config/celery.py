"""Celery: runs the periodic jobs where there is a broker.

The embedded default needs none of it: ``run_worker`` runs the same jobs in threads. With
``RABBITMQ_URL`` a beat sends each job as a task, and workers run them. A job finds its work in the
database, so a lost, late or doubled task changes nothing.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings.local")

MIN_PERIOD_SECONDS = 1.0
HARD_LIMIT_SECONDS = 300
"""Far below the broker's own limit for an acknowledgement (30 minutes)."""

app = Celery("fairhold")
app.config_from_object(
    {
        "broker_connection_retry_on_startup": True,
        "broker_connection_timeout": 5,
        "broker_transport_options": {"confirm_publish": True},
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        # Acknowledged when done: a task whose worker dies is given out again.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": HARD_LIMIT_SECONDS,
        "task_soft_time_limit": HARD_LIMIT_SECONDS - 30,
        "worker_soft_shutdown_timeout": 20,
        "worker_hijack_root_logger": False,
        "task_default_queue": "fairhold.jobs",
        "task_queues": [
            Queue(  # type: ignore[no-untyped-call]
                "fairhold.jobs",
                queue_arguments={"x-queue-type": "quorum", "x-delivery-limit": 5},
            )
        ],
        "worker_detect_quorum_queues": True,
        "timezone": "UTC",
    }
)


@app.task(name="core.run_job")  # type: ignore[untyped-decorator]
def run_job(name: str) -> int:
    """One run of a periodic job, with its heart-beat."""
    from marketplace.core.background import run_job_once

    return run_job_once(name)


@beat_init.connect  # type: ignore[untyped-decorator]
def run_each_job_once(**_: Any) -> None:
    # Beat waits a whole period before it first sends a task; an hourly job would look as if it had
    # never run for the first hour after an installation.
    from marketplace.core.jobs import registered_jobs

    for name in registered_jobs():
        run_job.delay(name)


def schedule() -> dict[str, Any]:
    """A beat entry for each registered job, at most once a second: a task drains what is due.

    A task that waited for two periods is not run.
    """
    from marketplace.core.jobs import registered_jobs

    return {
        job.name: {
            "task": "core.run_job",
            "schedule": max(job.every_seconds, MIN_PERIOD_SECONDS),
            "args": [job.name],
            "options": {"expires": max(2 * job.every_seconds, 10)},
        }
        for job in registered_jobs().values()
    }


@app.on_configure.connect  # type: ignore[untyped-decorator]
def read_settings(sender: Celery, **_: Any) -> None:
    from django.conf import settings

    sender.conf.broker_url = settings.RABBITMQ_URL or "memory://"


@app.on_after_finalize.connect  # type: ignore[untyped-decorator]
def read_jobs(sender: Celery, **_: Any) -> None:
    # Registers every job; a no-op where Django is set up already.
    import django

    django.setup()
    sender.conf.beat_schedule = schedule()
