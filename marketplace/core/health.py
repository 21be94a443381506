"""What readiness looks at. Every service may register checks of its own.

A *vital* check that fails says "send no traffic here" (503). The others say "degraded" and stay at
200: with the broker, the cache or one poisoned event in trouble requests are still served rightly
(they only write to the outbox), and taking every web process out of service would turn a small
trouble into an outage.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from marketplace.core import clock
from marketplace.core.background import RELAY_NAME, consumer_name
from marketplace.core.events.registry import consuming_services
from marketplace.core.events.relay import PENDING, TABLE
from marketplace.core.jobs import patience_seconds, registered_jobs
from marketplace.core.models import Heartbeat
from marketplace.core.worker import RELAY_PAUSE_SECONDS

ReadinessCheck = Callable[[], str]
"""Returns "" when all is well, else one sentence that says what is wrong."""

MAX_OUTBOX_LAG_SECONDS = 60.0
CHECK_TIMEOUT_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    function: ReadinessCheck
    is_vital: bool = True


_checks: dict[str, Check] = {}


def register_readiness(name: str, check: ReadinessCheck, *, is_vital: bool = True) -> None:
    if name in _checks:
        raise ValueError(f"readiness check {name} is registered twice")
    _checks[name] = Check(name, check, is_vital)


def readiness_checks() -> Mapping[str, Check]:
    return _checks


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    is_vital: bool
    detail: str
    took_ms: float

    @property
    def ok(self) -> bool:
        return not self.detail


@dataclass(frozen=True, slots=True)
class Readiness:
    outcomes: tuple[Outcome, ...]

    @property
    def is_ready(self) -> bool:
        return all(outcome.ok for outcome in self.outcomes if outcome.is_vital)

    @property
    def status(self) -> str:
        if not self.is_ready:
            return "unavailable"
        return "ok" if all(outcome.ok for outcome in self.outcomes) else "degraded"


def readiness() -> Readiness:
    """Run every check. Without a database the checks that need it are not tried."""
    outcomes = [_run(Check("database", check_database))]
    if outcomes[0].ok:
        outcomes += [_run(check) for check in _database_checks()]
    outcomes += [_run(check) for check in _other_checks()]
    return Readiness(tuple(outcomes))


def _database_checks() -> Iterator[Check]:
    yield Check("migrations", check_migrations)
    yield Check("jobs", check_heartbeats)
    yield Check("outbox", check_outbox, is_vital=False)
    yield from _checks.values()


def _other_checks() -> Iterator[Check]:
    if settings.REDIS_URL:
        yield Check("cache", check_cache, is_vital=False)
    if settings.RABBITMQ_URL:
        yield Check("broker", check_broker, is_vital=False)


def _run(check: Check) -> Outcome:
    started = time.perf_counter()
    try:
        detail = check.function()
    except Exception as error:
        log.warning("readiness_check_failed", check=check.name, exc_info=True)
        # The class only: messages of drivers may hold addresses and names.
        detail = f"The check itself failed with {type(error).__name__}."
    took_ms = round((time.perf_counter() - started) * 1000, 2)
    return Outcome(check.name, check.is_vital, detail, took_ms)


def check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        # Once more on a new connection: a database that restarted has broken only the old one.
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    return ""


_migrated: set[str] = set()


def check_migrations() -> str:
    """The schema is at least what this code needs. Once true it stays true for this process."""
    database = str(connection.settings_dict["NAME"])
    if database in _migrated:
        return ""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:3])
        return f"{len(plan)} migrations are not applied: {names}."
    _migrated.add(database)
    return ""


def expected_heartbeats() -> dict[str, float]:
    """Every loop that must show signs of life, and its patience in seconds."""
    expected = {job.name: job.patience_seconds for job in registered_jobs().values()}
    expected[RELAY_NAME] = patience_seconds(RELAY_PAUSE_SECONDS)
    if settings.RABBITMQ_URL:
        for service in consuming_services():
            expected[consumer_name(service)] = patience_seconds(RELAY_PAUSE_SECONDS)
    return expected


def check_heartbeats() -> str:
    """Every periodic job, the relay and the consumers have succeeded lately."""
    now = clock.database_now()
    seen = dict(Heartbeat.objects.values_list("name", "succeeded_at"))
    late = []
    for name, patience in sorted(expected_heartbeats().items()):
        succeeded_at = seen.get(name)
        if succeeded_at is None:
            late.append(f"{name} has never succeeded")
        elif (age := (now - succeeded_at).total_seconds()) > patience:
            late.append(f"{name} last succeeded {age:.0f} s ago")
    return f"{'; '.join(late)}. Is run_worker running?" if late else ""


def check_outbox() -> str:
    """Events leave the outbox, and none was given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT occurred_at "  # noqa: S608
            f"FROM {TABLE} WHERE {PENDING} ORDER BY id LIMIT 1)), 0)::float, "
            f"(SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE dead_at IS NOT NULL LIMIT 1000) d)"
        )
        lag_seconds, dead = cursor.fetchone()
    problems = []
    if lag_seconds > MAX_OUTBOX_LAG_SECONDS:
        problems.append(f"the oldest event has waited {lag_seconds:.0f} s")
    if dead:
        problems.append(f"{dead} events are dead: repair, then revive_events")
    return "; ".join(problems)


def check_cache() -> str:
    cache.set("fairhold:ready", 1, 10)
    return "" if cache.get("fairhold:ready") == 1 else "The cache does not keep what it is given."


def check_broker() -> str:
    # Imported here: the embedded default never loads the AMQP client.
    from marketplace.core.events.amqp import connect

    try:
        connect(settings.RABBITMQ_URL, timeout_seconds=CHECK_TIMEOUT_SECONDS).close()
    except OSError as error:
        host = urlsplit(settings.RABBITMQ_URL).hostname
        return f"RabbitMQ at {host} does not answer ({type(error).__name__})."
    return ""
