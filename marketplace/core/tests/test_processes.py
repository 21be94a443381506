"""The commands as real processes: start, show signs of life, survive a cut, stop on a signal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from marketplace.core import background, jobs
from marketplace.core.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
        f"{database['PORT']}/{database['NAME']}"
    )

    def run(*arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "DATABASE_URL": url, "RABBITMQ_URL": ""}
        environment["DJANGO_SETTINGS_MODULE"] = "marketplace.config.settings.test"
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def beat_of_the_relay() -> Heartbeat | None:
    return Heartbeat.objects.filter(name=background.RELAY_NAME, succeeded_at__isnull=False).first()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_survives_a_cut_and_stops_in_good_order(start: Any, number: int) -> None:
    worker = start("run_worker")
    wait_for(beat_of_the_relay)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        assert cursor.fetchone()[0] > 0
    Heartbeat.objects.all().delete()
    wait_for(beat_of_the_relay)

    worker.send_signal(number)
    _, log = worker.communicate(timeout=30)

    assert worker.returncode == 0
    assert '"worker_stopped"' in log


def test_a_job_can_be_run_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})
    portions = iter([3, 0])
    jobs.periodic(name="tests.portions", every_seconds=2)(lambda: next(portions))
    out = StringIO()

    call_command("run_job", stdout=out)
    call_command("run_job", "tests.portions", stdout=out)

    assert out.getvalue() == "tests.portions  every 2 s\ntests.portions: 3 done\n"
    with pytest.raises(CommandError, match="no job"):
        call_command("run_job", "tests.nothing")


def test_a_consumer_without_a_broker_says_so(settings: Any) -> None:
    settings.RABBITMQ_URL = ""
    with pytest.raises(CommandError, match="RABBITMQ_URL is not set"):
        call_command("run_consumer")


def test_a_scheduler_drains_a_job_and_leaves_its_heart_beat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})
    monkeypatch.setattr(background, "_beats", {})
    portions = iter([2, 2, 0])
    jobs.periodic(name="tests.drained", every_seconds=1)(lambda: next(portions))

    assert background.run_job_once("tests.drained") == 4
    assert Heartbeat.objects.get(name="tests.drained").succeeded_at is not None

    def break_down() -> int:
        raise ValueError("broken")

    jobs.periodic(name="tests.broken", every_seconds=1)(break_down)
    with pytest.raises(ValueError, match="broken"):
        background.run_job_once("tests.broken")
    assert Heartbeat.objects.get(name="tests.broken").last_error == "ValueError: broken"
