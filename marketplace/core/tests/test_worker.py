"""Loops go on whatever a turn runs into, show signs of life, and end in good order."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from marketplace.core import jobs
from marketplace.core.heartbeats import Beat
from marketplace.core.jobs import Job
from marketplace.core.models import Heartbeat
from marketplace.core.worker import Loop, Worker, job_loop

Run = Callable[..., Worker]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running() -> Iterator[Run]:
    started: list[tuple[Worker, threading.Thread]] = []

    def run(*loops: Loop) -> Worker:
        worker = Worker(loops)
        thread = threading.Thread(target=worker.run)
        thread.start()
        started.append((worker, thread))
        return worker

    yield run
    for worker, thread in started:
        worker.stop()
        thread.join(10)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_turn_that_did_something_is_followed_by_the_next_at_once(running: Run) -> None:
    left = [5]
    done_at: list[float] = []

    def turn() -> int:
        if left[0]:
            left[0] -= 1
            done_at.append(time.monotonic())
            return 1
        return 0

    running(Loop(name="t", turn=turn, pause_seconds=60))

    wait_for(lambda: len(done_at) == 5)
    assert done_at[-1] - done_at[0] < 5


def test_a_turn_that_did_something_ends_the_pause_of_the_loop_it_nudges(running: Run) -> None:
    relayed: list[float] = []
    worked_at: list[float] = []

    def relay() -> int:
        relayed.append(time.monotonic())
        return 0

    def work() -> int:
        if not relayed or worked_at:
            return 0
        worked_at.append(time.monotonic())
        return 1

    relay_loop = Loop(name="relay", turn=relay, pause_seconds=60)
    running(relay_loop, Loop(name="work", turn=work, pause_seconds=0.05, nudges=relay_loop))

    wait_for(lambda: len(relayed) == 2)
    assert relayed[1] - worked_at[0] < 5


def test_a_loop_outlives_what_a_turn_raises_and_says_so(running: Run) -> None:
    turns: list[int] = []

    def turn() -> int:
        turns.append(1)
        if len(turns) == 1:
            raise ValueError("a fault with the code")
        return 0

    running(Loop(name="faulty", turn=turn, pause_seconds=0.05))

    wait_for(lambda: len(turns) > 2)
    wait_for(lambda: Heartbeat.objects.filter(name="faulty", succeeded_at__isnull=False).exists())
    beat = Heartbeat.objects.get(name="faulty")
    assert beat.failed_at is not None
    assert beat.last_error == "ValueError: a fault with the code"


def test_a_loop_takes_a_new_connection_after_postgresql_dropped_the_old_one(running: Run) -> None:
    pids: list[int] = []

    def turn() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        return 0

    running(Loop(name="reconnecting", turn=turn, pause_seconds=0.05))
    wait_for(lambda: pids)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pids[-1]])

    wait_for(lambda: len(set(pids)) == 2)
    wait_for(lambda: Heartbeat.objects.filter(name="reconnecting").exists())


def test_stopping_waits_for_the_turn_under_way(running: Run) -> None:
    begun, finished = threading.Event(), threading.Event()

    def turn() -> int:
        begun.set()
        time.sleep(0.3)
        finished.set()
        return 0

    worker = Worker([Loop(name="slow", turn=turn, pause_seconds=60)])
    thread = threading.Thread(target=worker.run)
    thread.start()
    begun.wait(5)
    worker.stop()
    thread.join(10)

    assert finished.is_set()
    assert not thread.is_alive()


def test_closing_is_called_when_a_loop_ends() -> None:
    closed = threading.Event()
    loop = Loop(name="closing", turn=lambda: 0, pause_seconds=60, close=closed.set)
    worker = Worker([loop])
    worker.stop()
    worker.run()

    assert closed.is_set()


def test_a_heart_beat_is_written_at_most_every_few_seconds(
    django_assert_num_queries: Any,
) -> None:
    beat = Beat("busy", 0.05)

    with django_assert_num_queries(2):
        for _ in range(100):
            beat.started()
            beat.succeeded()

    row = Heartbeat.objects.get(name="busy")
    assert row.started_at is not None
    assert row.succeeded_at is not None


def test_a_job_that_hangs_is_seen_in_its_heart_beat(
    running: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.core.worker.HANG_AFTER_SECONDS", 0.2)
    lines: list[str] = []
    monkeypatch.setattr(
        "marketplace.core.worker.log.error", lambda event, **_: lines.append(event), raising=False
    )
    release = threading.Event()

    def hang() -> int:
        release.wait(10)
        return 0

    running(job_loop(Job("hanging", 0.05, hang)))

    wait_for(lambda: "turn_hangs" in lines)
    row = Heartbeat.objects.get(name="hanging")
    assert row.started_at is not None
    assert row.succeeded_at is None
    release.set()


def test_a_job_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})
    jobs.periodic(name="tests.once", every_seconds=1)(lambda: 0)

    with pytest.raises(ValueError, match="registered twice"):
        jobs.periodic(name="tests.once", every_seconds=1)(lambda: 0)
    with pytest.raises(ValueError, match="must be positive"):
        jobs.periodic(name="tests.never", every_seconds=0)


def test_running_a_due_job_goes_on_until_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", {})
    portions = iter([10, 10, 3, 0])
    jobs.periodic(name="tests.portions", every_seconds=1)(lambda: next(portions))

    assert jobs.run_due("tests.portions") == 23


def test_patience_is_ten_runs_and_never_under_fifteen_seconds() -> None:
    assert Job("quick", 0.05, lambda: 0).patience_seconds == 15
    assert Job("slow", 60, lambda: 0).patience_seconds == 600
