"""Live looks at nothing; ready names every check and what is wrong."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from marketplace.core import clock, health, jobs
from marketplace.core.health import expected_heartbeats, register_readiness
from marketplace.core.models import Heartbeat, OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_alive(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RABBITMQ_URL = ""
    settings.REDIS_URL = ""
    monkeypatch.setattr(health, "_checks", {})
    now = clock.database_now()
    for name in expected_heartbeats():
        Heartbeat.objects.create(name=name, every_seconds=1, succeeded_at=now)


def ready() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/health/ready")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", ["/health/live", "/health/live/"])
def test_live_asks_the_database_nothing(path: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = Client().get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_probes_come_under_any_host() -> None:
    assert Client().get("/health/live", headers={"Host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/health/ready", "/health/ready/"])
def test_ready_names_every_check(all_alive: None, path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["status"] == "ok"
    assert set(body["checks"]) == {"database", "migrations", "jobs", "outbox"}
    assert all(check["ok"] for check in body["checks"].values())
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_job_that_never_ran_is_named(all_alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_jobs", dict(jobs._jobs))
    jobs.periodic(name="tests.never", every_seconds=1)(lambda: 0)

    status, body = ready()

    assert (status, body["status"]) == (503, "unavailable")
    assert "tests.never has never succeeded" in body["checks"]["jobs"]["detail"]


def test_a_job_that_has_not_run_lately_is_named(all_alive: None) -> None:
    (name, patience), *_ = sorted(expected_heartbeats().items())
    late = clock.database_now() - timedelta(seconds=patience + 5)
    Heartbeat.objects.filter(name=name).update(succeeded_at=late)

    status, body = ready()

    assert status == 503
    assert f"{name} last succeeded" in body["checks"]["jobs"]["detail"]


def test_a_migration_that_is_missing_is_named(
    all_alive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core'")

    status, body = ready()

    assert status == 503
    assert "core.00" in body["checks"]["migrations"]["detail"]


def an_event(**fields: Any) -> None:
    moment = {"occurred_at": clock.now(), **fields}
    OutboxEvent.objects.create(
        event_id=uuid4(), key=uuid4(), type="samples.X", version=1, payload={}, **moment
    )


def test_dead_events_and_a_long_outbox_degrade_but_do_not_stop_service(all_alive: None) -> None:
    an_event(dead_at=clock.now())
    an_event(occurred_at=clock.now() - timedelta(minutes=5))

    status, body = ready()

    assert (status, body["status"]) == (200, "degraded")
    assert "1 events are dead" in body["checks"]["outbox"]["detail"]
    assert "has waited 300 s" in body["checks"]["outbox"]["detail"]


def test_a_service_adds_its_own_checks(all_alive: None) -> None:
    register_readiness("books", lambda: "The books do not balance.")
    register_readiness("mail", lambda: "Slow.", is_vital=False)

    status, body = ready()

    assert status == 503
    assert body["checks"]["books"]["detail"] == "The books do not balance."
    assert body["checks"]["mail"]["vital"] is False
    with pytest.raises(ValueError, match="twice"):
        register_readiness("books", lambda: "")


def test_a_check_that_breaks_fails_without_showing_why(all_alive: None) -> None:
    def breaks() -> str:
        raise RuntimeError("password=hunter2")

    register_readiness("broken", breaks)

    status, body = ready()

    assert status == 503
    assert body["checks"]["broken"]["detail"] == "The check itself failed with RuntimeError."


def test_a_broker_that_is_away_is_said_and_requests_go_on(all_alive: None, settings: Any) -> None:
    settings.RABBITMQ_URL = "amqp://user:hunter2@127.0.0.1:1/"
    for name in expected_heartbeats():
        Heartbeat.objects.get_or_create(
            name=name, defaults={"every_seconds": 1, "succeeded_at": clock.database_now()}
        )

    status, body = ready()

    assert (status, body["status"]) == (200, "degraded")
    assert "127.0.0.1" in body["checks"]["broker"]["detail"]
    assert "hunter2" not in str(body)


def test_a_cache_that_is_away_is_said_and_requests_go_on(all_alive: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }

    status, body = ready()

    assert (status, body["status"]) == (200, "degraded")
    assert not body["checks"]["cache"]["ok"]
