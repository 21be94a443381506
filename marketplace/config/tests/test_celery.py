"""Celery runs what is registered, and loses no task with its worker."""

import pytest

from marketplace.config.celery import app, schedule
from marketplace.core import jobs


def test_celery_is_told_of_every_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})
    jobs.periodic(name="tests.quick", every_seconds=0.05)(lambda: 0)
    jobs.periodic(name="tests.hourly", every_seconds=3600)(lambda: 0)

    entries = schedule()

    assert {name: entry["schedule"] for name, entry in entries.items()} == {
        "tests.quick": 1.0,
        "tests.hourly": 3600,
    }
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_time_limit < 30 * 60
